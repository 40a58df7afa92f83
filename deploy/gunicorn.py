"""The web server of an installation with PostgreSQL and Redis: gunicorn -c deploy/gunicorn.py."""

import os

wsgi_app = "config.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = 2
worker_class = "deploy.worker.EvenWorker"
threads = 8
# Loaded once and then forked: the workers share what they only read.
preload_app = True
# Workers are renewed now and then, so that no leak can grow for ever.
max_requests = 100_000
max_requests_jitter = 10_000
control_socket_disable = True
