import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func rowsLieOneAfterTheOther() {
    let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(tensor[1, 0] == 4)
    #expect(Array(tensor.row(1)) == [4, 5, 6])
    #expect(tensor.reshaped(to: [3, 2])[1, 0] == 3)
    #expect(tensor.shape.description == "2 x 3")
    #expect(Tensor([1, 2], shape: [2]).width == 1)
  }

  @Test func storedElementsKeepTheirBits() throws {
    try withEverySeed(10) { generator in
      var tensor = generator.normalTensor([1 + generator.index(below: 5), 3])
      tensor[0, 0] = -0.0
      tensor[0, 1] = .infinity
      tensor[0, 2] = .leastNonzeroMagnitude
      let again = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(tensor))
      #expect(again.shape == tensor.shape)
      #expect(again.elements.map(\.bitPattern) == tensor.elements.map(\.bitPattern))
    }
  }

  @Test(arguments: [
    #"{"shape": [2], "data": "AAAA"}"#, #"{"shape": [-1], "data": ""}"#,
    #"{"shape": [4611686018427387904, 4], "data": ""}"#, #"{"shape": [2], "data": "AAAAAA=="}"#,
  ])
  func storedShapesMustFit(_ text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Tensor.self, from: Data(text.utf8))
    }
  }
}
