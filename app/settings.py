"""Settings, from the environment: TEJIDO_DATABASE_URL and so on."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.limiting import check_limit, check_storage
from app.logs import Form


class Settings(BaseSettings):
    """What a deployment may set; each by an environment variable with the prefix TEJIDO_."""

    model_config = SettingsConfigDict(env_prefix="TEJIDO_", env_file=None, hide_input_in_errors=True)

    database_url: str = Field(
        default="sqlite:///tejido.db", description="SQLite file or PostgreSQL server, as a SQLAlchemy URL."
    )
    database_replica_url: str = Field(
        default="", description="A replica of the PostgreSQL server that answers what it has as well; none if empty."
    )
    database_connections: int = Field(
        default=20, ge=2, le=1000, description="Connections to PostgreSQL that a process keeps open at most."
    )
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, description="Largest request body in bytes.")
    max_bulk_bytes: int = Field(default=10_000_000, ge=1_000, description="Largest body of a bulk in bytes.")
    max_bulk_items: int = Field(default=1000, ge=1, le=100_000, description="Most changes in a bulk.")
    max_import_bytes: int = Field(default=1_000_000_000, ge=1_000, description="Largest file of an import in bytes.")
    imports_waiting: int = Field(default=10, ge=1, le=1000, description="Imports that may wait for the one before.")
    import_seconds: float = Field(
        default=3600,
        gt=0,
        le=86400,
        allow_inf_nan=False,
        description="Time that the file of an import may take to arrive.",
    )
    idempotency_hours: float = Field(
        default=24, gt=0, le=8760, allow_inf_nan=False, description="Time for which an Idempotency-Key is remembered."
    )
    max_edges: int = Field(default=200_000, ge=1, description="Largest network that an answer may hold, in edges.")
    max_projects: int = Field(default=50_000, ge=1, description="Projects whose rows one answer may look at.")
    job_processes: int = Field(default=2, ge=1, le=64, description="Worker processes for heavy computations.")
    job_seconds: float = Field(
        default=20, gt=0, le=3600, allow_inf_nan=False, description="Time that a heavy computation may take."
    )
    job_memory_bytes: int = Field(default=2_000_000_000, ge=500_000_000, description="Memory of each worker process.")
    jobs_waiting: int = Field(default=16, ge=0, le=1000, description="Heavy computations that may wait for a worker.")
    body_seconds: float = Field(
        default=30, gt=0, le=3600, allow_inf_nan=False, description="Time that a request body may take to arrive."
    )
    query_seconds: float = Field(
        default=30, gt=0, le=3600, allow_inf_nan=False, description="Time that one database statement may take."
    )
    max_connections: int = Field(default=500, ge=1, le=100_000, description="Connections that are open at a time.")
    event_streams: int = Field(
        default=100, ge=0, le=10_000, description="Live streams of changes that are open at a time in one process."
    )
    requests_at_once: int = Field(
        default=20, ge=1, le=10_000, description="Requests of one caller that are answered at a time."
    )
    rate_limit_reads: str = Field(default="1200/minute", description="How often one caller may read.")
    rate_limit_writes: str = Field(default="300/minute", description="How often one caller may write.")
    rate_limit_failed_keys: str = Field(
        default="20/minute", description="How often one address may send a key that opens nothing."
    )
    rate_limit_storage: str = Field(
        default="memory://", description="Where requests are counted: memory://, or a Redis by URL."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses of proxies that say in X-Forwarded-For who asks."
    )
    seed: bool = Field(default=True, description="Load seed/ into an empty database on start.")
    secret: SecretStr | None = Field(
        default=None, description="Key of the digests of withheld terms: at least 32 characters that nobody can guess."
    )
    cache_bytes: int = Field(
        default=64_000_000,
        ge=0,
        description="Bytes of answers that a process keeps for the next who asks the same; 0 keeps none.",
    )
    log_form: Form = Field(default=Form.plain, description="How a line of the log is written: plain, or json.")
    public_reads: bool = Field(default=True, description="Reading data needs no key.")
    cors_origins: list[str] = Field(default=["*"], description="Origins whose pages may read from the API.")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Address under which the service is known, for citations; that of the request where none is set.",
    )
    publisher: str = Field(default="Tejido", min_length=1, description="Who publishes the data, in files that say so.")
    publisher_identifier: str = Field(
        default="XI-TEJIDO", pattern=r"^[^\s]+$", description="Identifier of the publisher, from a register."
    )
    data_licence: str = Field(
        default="CC-BY-4.0", pattern=r"^[A-Za-z0-9.+-]+$", description="Licence of the data, by its SPDX identifier."
    )
    contact: str = Field(
        default="the maintainers of this deployment", description="Whom to write to about corrections."
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        url = _with_driver(url)
        if not url:
            raise ValueError("database_url is neither an SQLite nor a PostgreSQL URL")
        return url

    @field_validator("database_replica_url")
    @classmethod
    def _replica(cls, url: str, info: ValidationInfo) -> str:
        if not url:
            return url
        if not info.data.get("database_url", "postgresql").startswith("postgresql"):
            raise ValueError("only a PostgreSQL server has a replica, and TEJIDO_DATABASE_URL names none")
        url = _with_driver(url)
        if not url.startswith("postgresql"):
            raise ValueError("database_replica_url is not the URL of a PostgreSQL server")
        return url

    @field_validator("rate_limit_reads", "rate_limit_writes", "rate_limit_failed_keys")
    @classmethod
    def _limit(cls, limit: str) -> str:
        return check_limit(limit)

    @field_validator("rate_limit_storage")
    @classmethod
    def _storage(cls, url: str) -> str:
        return check_storage(url)

    @field_validator("secret")
    @classmethod
    def _long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return secret

    @property
    def plain_secret(self) -> str | None:
        """The secret itself. Show it to nobody."""
        return None if self.secret is None else self.secret.get_secret_value()


def _with_driver(url: str) -> str:
    """A URL of SQLAlchemy as it is, one of PostgreSQL's own with the driver; empty where it is no URL."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+pg8000://{rest}"
    return url if separator and scheme.split("+")[0] in ("sqlite", "postgresql") else ""
