import Foundation

extension Data {
  /// What a JSON text is for which a decoder reports that it is not JSON.
  package enum JSONProblem: Hashable {
    /// A number, as it is written, that double precision cannot represent: `1e999`.
    case number(String)
    /// Valid JSON, with a number that the type of a property cannot represent: `1.5` where an integer
    /// is needed.
    case numberOfOtherType
    case notJSON
  }

  /// Why a decoder reports that the text is not JSON.
  ///
  /// Foundation's decoder also reports this for a number that does not fit; only the description of
  /// the error of `JSONSerialization` names it.
  package var jsonProblem: JSONProblem {
    do {
      _ = try JSONSerialization.jsonObject(with: self, options: .fragmentsAllowed)
      return .numberOfOtherType
    } catch {
      let text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
      let words = text.split(separator: " ")
      guard words.count > 3, words[0] == "Number", words[2...].starts(with: ["is", "not"]) else {
        return .notJSON
      }
      return .number(String(words[1]))
    }
  }
}
