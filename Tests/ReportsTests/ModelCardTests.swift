import ExplanationSupport
import Explanations
import Foundation
import Naming
import Reports
import TestSupport
import Testing

@Suite struct ModelCardTests {
  private func entries(_ json: String) throws -> CardEntries {
    try CardEntries(json: Data(json.utf8), named: "card.json")
  }

  private static let given = """
    {"name": "Iris <b>demo</b>", "owner": "Botany", "purpose": "Sorts irises.",
     "outOfScope": ["Other plants", " "], "limits": ["Three species", "One garden"], "version": ""}
    """

  private func card(_ sample: SampleExplanation, _ json: String = "{}") throws -> String {
    let entries = try entries(json)
    return try MarkdownWriter()
      .write(ModelCard(sample.explanation, entries: entries).document)
  }

  @Test(arguments: SampleExplanation.allCases)
  func cardsAreAsRecorded(sample: SampleExplanation) throws {
    try expectSnapshot(
      try card(sample, sample == .iris ? Self.given : "{}"), named: "\(sample.rawValue)-card.md")
  }

  @Test func entriesAreTextsOrListsOfTexts() throws {
    let found = try entries(Self.given)
    #expect(found.texts[.owner] == ["Botany"])
    #expect(found.texts[.outOfScope] == ["Other plants"])
    #expect(found.texts[.limits] == ["Three species", "One garden"])
    // An empty string is no text.
    #expect(found.texts[.version] == nil)
    #expect(found.missing.contains(.version) && !found.missing.contains(.owner))
    #expect(found.listed.starts(with: ["name", "Iris <b>demo</b>", "owner", "Botany"]))
  }

  @Test func whatIsNotStatedIsSaid() throws {
    let plain = try card(.iris)
    #expect(plain.contains("# Model card: iris\n"))
    #expect(plain.contains("| Owner | not stated |"))
    #expect(plain.contains("**Intended users:** not stated\n"))
    #expect(plain.contains("Not stated here: name, version, date, owner, contact, license,"))
    let stated = try card(.iris, Self.given)
    #expect(stated.contains("| Owner | Botany |"))
    #expect(stated.contains("# Model card: Iris \\<b\\>demo\\</b\\>\n"))
    #expect(stated.contains("**Known limits:**\n\n- Three species\n- One garden\n"))
    #expect(!stated.contains("owner, "))
  }

  /// Nothing of what the owner states is cut off; its lines are one paragraph.
  @Test func longTextsAreWhole() throws {
    let sentence = String(repeating: "Sorts irises by their petals. ", count: 60)
    let json = #"{"purpose": "\#(sentence)\nEnd | of **all**.", "owner": "\#(sentence)"}"#
    let card = try card(.iris, json)
    #expect(card.contains("**Purpose:** \(sentence)End \\| of \\*\\*all\\*\\*.\n"))
    #expect(card.contains("| Owner | \(sentence.dropLast()) |"))
  }

  /// Held-out rows that are training rows are not called unused.
  @Test(arguments: [
    (4, "4 of 30 held-out rows equal a training row, which was used"),
    (30, "The held-out rows are training rows, which were used"),
  ])
  func heldOutRowsThatWereUsedAreSaid(count: Int, words: String) throws {
    var explanation = SampleExplanation.iris.explanation
    explanation.warnings = [
      Warning(Warning.trainingRowsHeldOut, "they equal training rows", figure: Double(count))
    ]
    for text in [
      try MarkdownWriter().write(ModelCard(explanation).document),
      try MarkdownWriter().write(Report(explanation).document()),
    ] {
      #expect(text.contains(words + " to train the network and to extract the rules."))
      #expect(!text.contains("were used neither"))
    }
    explanation.provenance.startedFrom = "net.onnx (SHA-256 00)"
    #expect(
      try MarkdownWriter().write(ModelCard(explanation).document)
        .contains(words + " to extract the rules."))
  }

  /// A result that was edited may have any number there.
  @Test(arguments: [1e300, -1e300, 2.5, .infinity])
  func noNumberOfRowsIsNoFact(figure: Double) throws {
    var explanation = SampleExplanation.iris.explanation
    explanation.warnings = [Warning(Warning.trainingRowsHeldOut, "edited", figure: figure)]
    #expect(
      try MarkdownWriter().write(ModelCard(explanation).document).contains("were used neither"))
  }

  /// A card of the network before pruning does not call it pruned.
  @Test func theNetworkBeforePruningIsNotCalledPruned() throws {
    var explanation = SampleExplanation.iris.explanation
    explanation.explains = .original
    let text = try MarkdownWriter().write(ModelCard(explanation).document)
    #expect(!text.contains("Pruned with"))
    #expect(text.contains("| Pruned copy | \(explanation.pruned.parameters) parameters, with "))
    explanation.pruned.agreementWithOriginal = Proportion(29, of: 30)
    let other = try MarkdownWriter().write(ModelCard(explanation).document)
    #expect(other.contains("| Agreement of the pruned copy with the network | 29 of 30 |"))
    explanation.explains = .pruned
    #expect(
      try MarkdownWriter().write(ModelCard(explanation).document)
        .contains("| Agreement of the network with the one before pruning | 29 of 30 |"))
  }

  /// Whether a given network has seen the held-out rows is not known.
  @Test func aGivenNetworkMayHaveSeenTheRows() throws {
    var explanation = SampleExplanation.iris.explanation
    let own = "Held-out rows were used neither to train the network nor to extract the rules."
    #expect(try card(.iris).contains(own))
    explanation.provenance.startedFrom = "net.onnx (SHA-256 00)"
    for text in [
      try MarkdownWriter().write(ModelCard(explanation).document),
      try MarkdownWriter().write(Report(explanation).document()),
    ] {
      #expect(!text.contains(own))
      #expect(
        text.contains(
          "Held-out rows were not used to extract the rules; whether the given network was trained "
            + "on them is not known."))
    }
  }

  /// The figures are those of the explanation.
  @Test func figuresHaveRowsAndIntervals() throws {
    let explanation = SampleExplanation.iris.explanation
    let card = try card(.iris)
    for share in [
      explanation.accuracy.network, explanation.accuracy.rules, explanation.fidelity.heldOut,
    ] {
      #expect(card.contains("| \(share.count) of \(share.total) |"))
    }
    #expect(card.contains(explanation.data.sha256))
  }

  @Test func wrongEntriesAreRefused() throws {
    #expect(throws: CardError.notAnObject(file: "card.json")) { try entries("[1]") }
    #expect(throws: CardError.notAnObject(file: "card.json")) { try entries("{") }
    #expect(throws: CardError.noText(file: "card.json", entry: "owner")) {
      try entries(#"{"owner": 3}"#)
    }
    #expect(throws: CardError.noText(file: "card.json", entry: "users")) {
      try entries(#"{"users": ["a", 3]}"#)
    }
    let error = #expect(throws: UnknownName.self) { try entries(#"{"owners": "a"}"#) }
    #expect(error?.errorDescription == "there is no model card entry named 'owners'")
    #expect(
      CardError.noText(file: "card.json", entry: "owner").errorDescription
        == "card.json: the value of 'owner' is neither a string nor an array of strings")
    #expect(
      CardError.noText(file: "card.json", entry: "owner").recoverySuggestion
        == #"write {"owner": "a sentence"} or {"owner": ["one", "two"]}"#)
    #expect(CardError.notAnObject(file: "c").errorDescription == "c: not a JSON object")
  }
}
