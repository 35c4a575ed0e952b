// Nothing is called here: linking this target is enough.
