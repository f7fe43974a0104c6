"""Settings, from the environment: TEJIDO_DATABASE_URL and so on."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a deployment may set; each by an environment variable with the prefix TEJIDO_."""

    model_config = SettingsConfigDict(env_prefix="TEJIDO_", env_file=None, hide_input_in_errors=True)

    database_url: str = Field(
        default="sqlite:///tejido.db", description="SQLite file or PostgreSQL server, as a SQLAlchemy URL."
    )
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, description="Largest request body in bytes.")
    max_edges: int = Field(default=200_000, ge=1, description="Largest network that an answer may hold, in edges.")
    max_projects: int = Field(default=50_000, ge=1, description="Projects whose rows one answer may look at.")
    job_processes: int = Field(default=2, ge=1, le=64, description="Worker processes for heavy computations.")
    job_seconds: float = Field(
        default=20, gt=0, le=3600, allow_inf_nan=False, description="Time that a heavy computation may take."
    )
    job_memory_bytes: int = Field(default=2_000_000_000, ge=500_000_000, description="Memory of each worker process.")
    jobs_waiting: int = Field(default=16, ge=0, le=1000, description="Heavy computations that may wait for a worker.")
    seed: bool = Field(default=True, description="Load seed/ into an empty database on start.")
    cors_origins: list[str] = Field(default=["*"], description="Origins whose pages may read from the API.")
    contact: str = Field(
        default="the maintainers of this deployment", description="Whom to write to about corrections."
    )

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+pg8000://{rest}"
        if separator and scheme.split("+")[0] in ("sqlite", "postgresql"):
            return url
        raise ValueError("database_url is neither an SQLite nor a PostgreSQL URL")
