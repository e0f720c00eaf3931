"""Models on other machines: replicas of a process that holds models, which Ray Serve starts, watches and balances."""
