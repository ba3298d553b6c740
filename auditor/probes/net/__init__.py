"""The few ways by which a probe touches the network and the database.

============  ==============================================================================
``traffic``   the budget, and the count of what was sent
``dial``      TCP and TLS connections: ``[env.*.resolve]``, source address, places per host
``http``      HTTP/1.1, one request at a time, nothing followed, nothing kept
``postgres``  read-only transactions that are always rolled back
============  ==============================================================================

Every failure is an :class:`~auditor.errors.Unavailable`; those of the network are
:class:`~auditor.probes.net.failures.Unreachable` and say of which kind they are.
"""
