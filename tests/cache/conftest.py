"""The server that the tests of the shared cache use."""

from redis_server import redis_program as redis_program
from redis_server import server as server
