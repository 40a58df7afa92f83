"""Booking at the desk: staff book for a client who calls, writes or walks in."""
