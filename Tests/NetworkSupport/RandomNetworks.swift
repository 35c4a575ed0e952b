import Datasets
import Networks
import Tensors
import TestSupport

extension SeededGenerator {
  /// A dense network of random sizes with random weights and biases.
  public mutating func denseNetwork(
    inputs: Int? = nil, outputs: Int = 3, hiddenLayers: Int = 2
  ) throws -> Network {
    let inputs = inputs ?? 1 + index(below: 9)
    var layers: [any Layer] = []
    for _ in 0..<hiddenLayers {
      layers.append(Dense(3 + index(below: 8)))
      let functions = Activation.Function.allCases
      layers.append(Activation(functions[index(below: functions.count)]))
    }
    layers.append(Dense(outputs))
    let chosen = layers
    var network = try Network(Architecture(input: [inputs]) { chosen }, seed: next())
    for node in network.parameters.indices {
      for parameter in network.parameters[node].indices {
        let shape = network.parameters[node][parameter].value.shape
        network.parameters[node][parameter].value = normalTensor(shape)
      }
    }
    return network
  }

  /// Rows clustered around one centre per class, which a network can learn.
  public mutating func clusters(
    rows: Int, inputs: Int, classes: Int, spread: Double = 0.5
  ) -> Examples {
    let centers = normalTensor([classes, inputs])
    let labels = (0..<rows).map { $0 % classes }
    let values = labels.flatMap { label in
      (0..<inputs).map { 2 * centers[label, $0] + Float(spread * normal()) }
    }
    return Examples(inputs: Tensor(values, shape: [rows, inputs]), labels: labels)
  }
}
