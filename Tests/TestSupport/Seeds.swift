import Tensors
import Testing

/// Runs a property test for many seeds; a failure reports its seed.
public func withEverySeed(
  _ count: Int = 20, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (inout SeededGenerator) throws -> Void
) rethrows {
  for seed in 0..<UInt64(count) {
    var generator = SeededGenerator(seed: seed)
    try withKnownSeed(seed, sourceLocation) { try body(&generator) }
  }
}

private func withKnownSeed(
  _ seed: UInt64, _ location: SourceLocation, _ body: () throws -> Void
) rethrows {
  do {
    try body()
  } catch {
    Issue.record("seed \(seed): \(error)", sourceLocation: location)
    throw error
  }
}
