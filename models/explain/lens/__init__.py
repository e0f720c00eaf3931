"""The logit lens: what each layer of a model that writes would say next."""
