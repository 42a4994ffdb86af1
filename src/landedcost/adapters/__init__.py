"""The shop's own checkout: payloads of others to baskets, quotes to the answers they expect.

Pure functions over bytes, dicts and quotes, one module for each platform. Nothing here talks to a
network, asks a clock or needs a framework: give a view the raw body, send back what you get.
"""
