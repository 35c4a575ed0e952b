Espalier.start(Array(CommandLine.arguments.dropFirst()))
