"""The server that two processes share."""

from redis_server import redis_program as redis_program
from redis_server import server as server
