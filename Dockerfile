FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/tejido
RUN python -m venv .venv
COPY requirements/build.txt requirements/redis.txt requirements/telemetry.txt requirements/
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements/redis.txt -r requirements/telemetry.txt \
    && python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY seed seed
# By way of a wheel, what builds the project stays out of the image. The service's user may not write, so the bytecode
# that pip makes has to do.
RUN python -m pip wheel --no-index --no-deps --no-build-isolation --wheel-dir dist . \
    && .venv/bin/python -m pip install --no-index --no-deps --find-links dist tejido

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin tejido \
    && install --directory --owner 10001 --group 10001 --mode 0750 /data
WORKDIR /srv/tejido
COPY --from=build /srv/tejido/.venv .venv
COPY LICENSE LICENSE
ENV PATH=/srv/tejido/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WEB_CONCURRENCY=2 \
    TEJIDO_DATABASE_URL=sqlite:////data/tejido.db
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["tejido", "serve", "--host", "0.0.0.0", "--port", "8000"]
