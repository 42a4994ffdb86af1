"""Prices on a stream: the feed, the page that shows it, and what is exported to other hosts.

``card`` and ``feed`` are pure; ``serve`` speaks HTTP and needs the extra ``live``.
"""
