# One small image for web, workers, schedule and migrations; docker-compose.yml says which command each runs.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/files
WORKDIR /app

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /files /schedule

# Only what runs: neither the zero-install services nor the tests.
COPY requirements.txt .
RUN sed '/^# --- the zero-install services/,$d' requirements.txt > /tmp/requirements.txt && pip install -r /tmp/requirements.txt

COPY . .
RUN for source in $(find locale -name '*.po' 2>/dev/null); do pybabel -q compile -i "$source" -o "${source%.po}.mo"; done \
    && SECRET_KEY=build SITE_URL=http://localhost ALLOWED_HOSTS=localhost DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
       python manage.py collectstatic --noinput -v0

USER portal
EXPOSE 8000
CMD ["gunicorn", "-c", "gunicorn.conf.py", "partnerportal.wsgi:application"]
