"""Numbers of the uapi headers, one file a header. Plain integers: most of them index tables or are sent as they are."""
