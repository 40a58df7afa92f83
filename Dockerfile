FROM python:3.13-slim AS packages
COPY requirements/ /requirements/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements/production.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/static-root \
    HOST=0.0.0.0 \
    PORT=8080
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin openslot \
 && install -d -o openslot -m 700 /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN python -m compileall -q accounts booking config notifications \
 && install -d -o openslot "$STATIC_ROOT"
USER openslot
# Collecting needs settings, and settings need a key; this one stays in this step.
RUN SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(50))") DATA_DIR=/tmp \
    python manage.py collectstatic --noinput --verbosity 0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "deploy/healthcheck.py"]
# One container for everything. docker-compose.yml runs web, worker and scheduler side by side.
CMD ["python", "-m", "config.embedded", "--no-demo"]
