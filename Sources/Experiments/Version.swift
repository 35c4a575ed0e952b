/// The version of the tool, as `--version`, manifests and explanations state it.
public let espalierVersion = "0.1.0"
