"""The settings of production, and the floor beside the project's own pages."""

from config.settings import *  # noqa: F403 - all of them, whatever they are

ROOT_URLCONF = "benchmarks.urls"
