"""TLS as it is negotiated: what a server accepts, found by asking it, not by reading its configuration.

===============  ==============================================================================
``registry``     numbers and names of cipher suites and groups
``hello``        a ClientHello, as bytes
``messages``     what a server sends back, up to the point where encryption begins
``ask``          one connection: a hello, and whether it was accepted, refused, or nobody can tell
``elimination``  which suites and groups a server accepts, by taking away what it has picked
``handshake13``  TLS 1.3 far enough to read what only comes encrypted
``scan``         all questions to one server
``servers``      the probe: which servers there are
===============  ==============================================================================

The audit's own engine and not the OpenSSL of this Python: that one has no SSLv3, no export suites and no group
listing, and what it lacks it would report as "not offered".
"""
