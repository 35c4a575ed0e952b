import Naming
import Tensors
import TestSupport
import Testing

@Suite struct UnknownNameTests {
  @Test func theNearestNameIsOffered() {
    let error = UnknownName("speceis", family: "column", known: ["sepal_length", "species"])
    #expect(error.errorDescription == "there is no column named 'speceis'")
    #expect(error.recoverySuggestion == "did you mean 'species'?")
  }

  @Test func withoutANearNameTheKnownOnesAreListed() {
    let error = UnknownName("zzzzzz", family: "extractor", known: ["oas", "cred"])
    #expect(error.recoverySuggestion == "known: oas, cred")
    let many = UnknownName("zzzzzzzz", family: "column", known: (0..<30).map { "c\($0)" })
    #expect(many.recoverySuggestion?.hasSuffix("… (30 in all)") == true)
    #expect(UnknownName("a", family: "column", known: []).recoverySuggestion == nil)
  }

  @Test func equallyNearNamesGiveTheFirstInOrder() {
    let error = UnknownName("car", family: "data set", known: ["cat", "bar"])
    #expect(error.nearest == "bar")
  }

  @Test func aNameThreeEditsAwayIsNotOffered() {
    let far = UnknownName("sepal_lxenygtch", family: "column", known: ["sepal_length"])
    #expect(editDistance(far.name, far.known[0]) == 3 && far.nearest == nil)
    let near = UnknownName("sepal_lengthy_", family: "column", known: ["sepal_length"])
    #expect(near.nearest == "sepal_length")
  }

  @Test func distancesCountEdits() {
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("taylor", "tailor") == 1)
    #expect(editDistance("ab", "ba") == 1)
    #expect(editDistance("same", "same") == 0)
  }

  @Test func theDistanceIsSymmetric() {
    withEverySeed { generator in
      let word = { (rng: inout SeededWords) in rng.word() }
      var words = SeededWords(seed: generator.seed)
      let (first, second) = (word(&words), word(&words))
      #expect(editDistance(first, second) == editDistance(second, first))
    }
  }
}

/// Short words over a small alphabet, so that distances vary.
private struct SeededWords {
  var state: UInt64
  init(seed: UInt64) { state = seed &* 6_364_136_223_846_793_005 &+ 1 }

  mutating func word() -> String {
    String(
      (0..<6).map { _ -> Character in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Array("abcd")[Int(state >> 33) % 4]
      })
  }
}
