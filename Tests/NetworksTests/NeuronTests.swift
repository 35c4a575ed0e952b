import Foundation
import Networks
import Testing

@Suite struct NeuronTests {
  @Test(arguments: [
    ("activation-2:17", "activation-2", 17), ("a:0", "a", 0),
    ("/layer.1/Relu:0:3", "/layer.1/Relu:0", 3),
    (" : :9223372036854775807", " : ", Int.max), ("\u{600}:5", "\u{600}", 5),
  ])
  func aNeuronIsWrittenAsNodeAndIndex(_ text: String, _ node: String, _ index: Int) throws {
    let neuron = Neuron(Node.ID(node), index)
    #expect(neuron.description == text)
    #expect(Neuron(text) == neuron)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let data = try encoder.encode([NeuronText(wrappedValue: neuron)])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(text)\"]")
    let copies = try JSONDecoder().decode([NeuronText].self, from: data)
    #expect(copies.map(\.wrappedValue) == [neuron])
  }

  @Test(arguments: [
    "", ":", "activation-2", "activation-2:", ":7", "activation-2:-1", "activation-2:+7",
    "activation-2:07", "activation-2: 7", "activation-2:7 ", "activation-2:7.0", "activation-2:x",
    "activation-2:9223372036854775808", "activation-2:\u{0663}", "activation-2:7:",
  ])
  func otherTextsAreRefused(_ text: String) throws {
    #expect(Neuron(text) == nil)
    let data = try JSONEncoder().encode([text])
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([NeuronText].self, from: data)
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(context.debugDescription == "'\(text)' is not a neuron, such as 'activation-2:17',")
    #expect(context.codingPath.map(\.intValue) == [0])
  }

  /// The form of pruning plans.
  @Test func aNeuronOfAPlanIsAnObject() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(Neuron(Node.ID("dense-1"), 7))
    #expect(String(decoding: data, as: UTF8.self) == "{\"birth\":7,\"node\":\"dense-1\"}")
    #expect(try JSONDecoder().decode(Neuron.self, from: data) == Neuron(Node.ID("dense-1"), 7))
  }
}
