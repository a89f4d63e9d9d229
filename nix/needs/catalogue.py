"""The servers that there are, by the names that manifests ask for them with."""

from needs.server import Server
from needs.servers.oidc import OpenIDProvider
from needs.servers.postgresql import PostgreSQL
from needs.servers.rabbitmq import RabbitMQ
from needs.servers.redis import Redis

SERVERS: dict[str, type[Server]] = {
    "oidc": OpenIDProvider,
    "postgresql": PostgreSQL,
    "rabbitmq": RabbitMQ,
    "redis": Redis,
}
