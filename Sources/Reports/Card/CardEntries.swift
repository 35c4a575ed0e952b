import Foundation
import Naming

/// What a model card says and an explanation does not know, read from a JSON file.
///
/// ```json
/// {"name": "Loan screening", "owner": "Credit risk team", "version": "2.1",
///  "purpose": "Sorts applications for manual review.",
///  "outOfScope": ["Decisions without review", "Business loans"]}
/// ```
public struct CardEntries: Hashable, Sendable {
  /// The entries of a model card that a person writes.
  public enum Entry: String, CaseIterable, Sendable {
    case name, version, date, owner, contact, license, purpose, users, outOfScope, factors, data
    case ethics, limits, recommendations, oversight, references

    /// What the entry states.
    var title: String {
      switch self {
      case .name: "Name"
      case .version: "Version"
      case .date: "Date"
      case .owner: "Owner"
      case .contact: "Contact"
      case .license: "License"
      case .purpose: "Purpose"
      case .users: "Intended users"
      case .outOfScope: "Out-of-scope uses"
      case .factors: "Relevant groups and conditions"
      case .data: "Source of the data"
      case .ethics: "Ethical considerations"
      case .limits: "Known limits"
      case .recommendations: "Recommendations"
      case .oversight: "Human oversight"
      case .references: "References"
      }
    }
  }

  /// The texts of each given entry, in the order of the file; none is empty.
  public private(set) var texts: [Entry: [String]] = [:]

  /// No entries.
  public init() {}

  /// The entries of a JSON object; each value is a text or an array of texts.
  ///
  /// `file`: the name of the file, for messages.
  /// - Throws: `CardError`; `UnknownName` for an unknown entry; `RepeatedKey`.
  public init(json: Data, named file: String) throws {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw CardError.notAnObject(file: file)
    }
    try RepeatedKey.check(json, named: file)
    for (key, value) in object.sorted(by: { $0.key < $1.key }) {
      guard let entry = Entry(rawValue: key) else {
        throw UnknownName(
          key, family: "model card entry", known: Entry.allCases.map(\.rawValue))
      }
      guard let found = (value as? String).map({ [$0] }) ?? value as? [String] else {
        throw CardError.noText(file: file, entry: key)
      }
      // A text with several lines is one paragraph.
      let stated = found.map { text in
        text.split(whereSeparator: \.isNewline)
          .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
          .joined(separator: " ")
      }.filter { !$0.isEmpty }
      if !stated.isEmpty { texts[entry] = stated }
    }
  }

  /// All entries in one list, for the record of a run: each name followed by its texts.
  public var listed: [String] {
    Entry.allCases.flatMap { entry in texts[entry].map { [entry.rawValue] + $0 } ?? [] }
  }

  /// The entries without a text, in their order.
  public var missing: [Entry] { Entry.allCases.filter { texts[$0] == nil } }
}

/// An error in the entries of a model card.
public enum CardError: LocalizedError, Hashable, Sendable {
  /// The file is not a JSON object.
  case notAnObject(file: String)
  /// The value is neither a string nor an array of strings.
  case noText(file: String, entry: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .notAnObject(let file): "\(file): not a JSON object"
    case .noText(let file, let entry):
      "\(file): the value of '\(entry)' is neither a string nor an array of strings"
    }
  }

  /// What to do.
  public var recoverySuggestion: String? {
    switch self {
    case .notAnObject: #"write entries as {"owner": "Credit risk team", "purpose": "…"}"#
    case .noText(_, let entry):
      #"write {"\#(entry)": "a sentence"} or {"\#(entry)": ["one", "two"]}"#
    }
  }
}
