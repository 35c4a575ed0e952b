import Datasets
import Explanations
import ModelFiles
import Networks

extension GivenReading {
  /// The settings of a run with the encoding of its training rows; `nil` if none was given.
  init?(_ options: NetworkOptions, encoding: Encoding, schema: Schema) {
    self.init()
    pixelMean = options.pixelMean
    pixelDeviation = options.pixelDeviation
    pixelLayout = options.pixelLayout?.rawValue
    scaleInputs = options.scaleInputs?.rawValue
    classOrder = options.classOrder
    if self == GivenReading() { return nil }
    guard scaleInputs != nil else { return }
    scaling = encoding.inputs.compactMap { input in
      guard case .scaled(let mean, let scale) = input.kind else { return nil }
      return ColumnScaling(
        column: schema.features[input.feature].id.rawValue, mean: mean, scale: scale)
    }
  }

  /// The settings with their values, for messages.
  var settings: [SettingValue] {
    func list(_ numbers: [Double]) -> String { numbers.map { shortest($0) }.joined(separator: ",") }
    return [
      pixelMean.map { SettingValue(.pixelMean, list($0)) },
      pixelDeviation.map { SettingValue(.pixelDeviation, list($0)) },
      pixelLayout.map { SettingValue(.pixelLayout, $0) },
      scaleInputs.map { SettingValue(.scaleInputs, $0) },
      classOrder.map { SettingValue(.classOrder, $0.joined(separator: ",")) },
    ].compactMap(\.self)
  }

  /// The options with the settings of this reading where neither an option is given nor the file says it.
  func completing(_ options: NetworkOptions, for imported: ImportedNetwork) -> NetworkOptions {
    var options = options
    if options.givenReading == nil, !imported.describesInputs {
      options.pixelMean = pixelMean
      options.pixelDeviation = pixelDeviation
      options.pixelLayout = pixelLayout.flatMap(PixelLayout.init)
      options.scaleInputs = scaleInputs.flatMap(InputScaling.init)
    }
    if options.classOrder == nil, !imported.describesClasses { options.classOrder = classOrder }
    return options
  }

  /// The encoding by the stored scaling; `nil` if the options ask for another one, or a column is missing.
  func encoding(_ options: NetworkOptions, for schema: Schema) -> Encoding? {
    guard let scaling, let scaleInputs, options.scaleInputs?.rawValue == scaleInputs else {
      return nil
    }
    let inputs = scaling.map { one -> Encoding.Input? in
      guard one.scale != 0 else { return nil }
      return schema.index(of: Feature.ID(one.column)).map {
        Encoding.Input(feature: $0, kind: .scaled(mean: one.mean, scale: one.scale))
      }
    }
    guard inputs.allSatisfy({ $0 != nil }) else { return nil }
    return Encoding(inputs: inputs.compactMap(\.self))
  }
}
