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
``handshake``    real handshakes, by OpenSSL: is the certificate accepted, and what was served
``flight``       chain and staple by the audit's own hello, where OpenSSL cannot ask
``verdicts``     what OpenSSL said, and which of our findings explain it
``reading``      one certificate: DER in, facts out
``names``        whether a certificate stands for a host
``anchors``      the authorities that are trusted, and the public ones
``paths``        the way from a certificate to an authority
``staples``      a stapled OCSP answer
``certificates`` all of it: everything that is wrong with a chain
===============  ==============================================================================

The audit's own engine and not the OpenSSL of this Python: that one has no SSLv3, no export suites and no group
listing, and what it lacks it would report as "not offered".
"""
