import Datasets
import Networks
import Pruning

extension FeatureLayer.Task {
  /// A task with fine-tuning of 4 epochs after each step.
  init(
    network: Network, node: Node.ID, head: Head, training: Examples, checked: Examples,
    columns: [InputColumn], seed: UInt64,
    trainer: Trainer = Trainer(epochs: 4, batch: 32, learningRate: 0.003)
  ) {
    var context = PruningContext(
      head: head, training: training, validation: checked, trainer: trainer, seed: seed)
    context.columns = columns
    self.init(network: network, node: node, context: context)
  }
}
