# Tovholder in one container: SQLite in /data, or PostgreSQL where TOVHOLDER_DATABASE_URL says so.
# docs/operating.md shows how to run it, and how to build it without Docker.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

# --- The virtual environment, made by the same script and from the same hashes as on a developer's machine.
FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/tovholder
# These files alone decide what is installed: this layer is kept while only the code changes.
COPY dev.py build_model.py pyproject.toml requirements*.txt README.md LICENSE NOTICE ./
RUN python3 dev.py setup requirements-postgres.txt \
    && .venv/bin/python -m pip uninstall --yes --quiet hatchling pip
COPY migrations migrations
COPY app app
RUN .venv/bin/python -m compileall -q app migrations

# --- What runs: no compiler, no installer, no cache; the code belongs to root, only /data to the server.
FROM ${PYTHON_IMAGE}
RUN mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/tovholder /opt/tovholder
ENV PATH=/opt/tovholder/.venv/bin:$PATH HOME=/data TOVHOLDER_DATA=/data PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["tovholder", "serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
