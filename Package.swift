// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors wherever `ESPALIER_STRICT=1`: in `./test` and in continuous integration.
let strict = Context.environment["ESPALIER_STRICT"] == "1"

let package = Package(
  name: "espalier",
  platforms: [.macOS(.v15)],
  // Each library has the name of the module that it is imported as.
  products: [.executable(name: "espalier", targets: ["espalier"])]
    + [
      "Naming", "Tensors", "Datasets", "Rules", "Networks", "ModelFiles", "Pruning", "Explanations",
      "Reports", "Experiments",
    ].map { .library(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    // Without its traits: the package manager gives several traits to the compiler in random order, and
    // compiles the module again where the order differs from that of the build before.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/pointfreeco/swift-custom-dump", from: "1.7.3"),
  ],
  targets: [
    // C: inner loops with run-time dispatch, the thread pool, module maps of system libraries.
    .target(name: "CKernels"),
    // The program starts with one thread of OpenBLAS.
    .target(name: "CLaunch"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CGraphviz", pkgConfig: "libgvc",
      providers: [.apt(["libgraphviz-dev"]), .brew(["graphviz"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),

    // Catalogues of named members, and the error for an unknown name.
    .target(name: "Naming"),
    // Tensors of Float, their operations, and the seeded random number generator.
    .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS"]),
    // Readers of tables and images, schemas, encodings.
    .target(
      name: "Datasets",
      dependencies: ["Tensors", "Naming", "CZlib", "CPNG", "CCrypto"]),
    // Rules, their evaluation on rows, and their induction.
    .target(name: "Rules", dependencies: ["Datasets", "Tensors"]),
    // Layers, architectures, inference and training.
    .target(name: "Networks", dependencies: ["Datasets", "Tensors", "Naming"]),
    // Generated protobuf code, untouched.
    .target(
      name: "ONNXSchema",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    // Compressed models: codebooks, gaps and Huffman codes.
    .target(name: "CompressedModels", dependencies: ["Networks", "Datasets", "Tensors", "CZlib"]),
    // ONNX files with schema and encoding in the metadata, to and from networks; compressed models.
    .target(
      name: "ModelFiles",
      dependencies: [
        "CompressedModels", "Networks", "Datasets", "Tensors", "Naming", "ONNXSchema",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    // Pruning methods, schedules, recovery and compaction.
    .target(
      name: "Pruning",
      dependencies: ["CompressedModels", "Networks", "Datasets", "Tensors", "Naming"]),
    // Rule extraction, attribution of hidden features, fidelity.
    .target(
      name: "Explanations", dependencies: ["Rules", "Networks", "Datasets", "Tensors", "Naming"]),
    // Page templates of the top-level folder, compiled in.
    .target(
      name: "Templates", path: "Templates",
      resources: [
        .embedInCode("report.html"), .embedInCode("report.css"), .embedInCode("report.js"),
        .embedInCode("cells.js"), .embedInCode("program.js"), .embedInCode("network.js"),
        .embedInCode("change.js"), .embedInCode("results.js"), .embedInCode("form.js"),
        .embedInCode("diagram.js"),
      ]),
    // DOT text in; SVG, PNG, PDF out.
    .target(name: "Drawing", dependencies: ["CGraphviz", "CPNG"]),
    // A run as a document and as diagrams, in every format.
    .target(
      name: "Reports",
      dependencies: [
        "Explanations", "Pruning", "Rules", "Networks", "Datasets", "Tensors", "Naming",
        "Templates", "Drawing", "ONNXSchema",
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    // A whole run from one value of settings.
    .target(
      name: "Experiments",
      dependencies: [
        "Reports", "Explanations", "Pruning", "ModelFiles", "CompressedModels", "Rules", "Networks",
        "Datasets", "Tensors", "Naming", "Drawing",
      ]),
    .executableTarget(
      name: "espalier",
      dependencies: [
        "CLaunch", "Experiments", "Reports", "Explanations", "Pruning", "ModelFiles",
        "CompressedModels",
        "Rules",
        "Networks", "Datasets", "Tensors", "Naming", "Drawing", "Templates", "CZlib", "CCrypto",
        "CPNG",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // What tests of several modules share, one target for each layer of modules: the tests of a module build
    // nothing above it.
    .target(
      name: "TestSupport",
      dependencies: ["Tensors", "Datasets"], path: "Tests/TestSupport"),
    .target(
      name: "NetworkSupport", dependencies: ["Tensors", "Datasets", "Networks", "Naming"],
      path: "Tests/NetworkSupport"),
    .target(
      name: "RuleSupport", dependencies: ["Tensors", "Datasets", "Rules"], path: "Tests/RuleSupport"
    ),
    .target(
      name: "ExplanationSupport",
      dependencies: ["Tensors", "Datasets", "Rules", "Networks", "Explanations", "Drawing"],
      path: "Tests/ExplanationSupport"),
  ]
    + [
      ("Naming", ["Tensors"]),
      ("Tensors", []),
      ("Datasets", ["Tensors", "Naming"]),
      ("Rules", ["Tensors", "Datasets", "RuleSupport"]),
      ("Networks", ["Tensors", "Datasets", "Naming", "NetworkSupport"]),
      ("CompressedModels", ["Tensors", "Datasets", "Networks", "NetworkSupport"]),
      ("ModelFiles", ["Tensors", "Datasets", "Networks", "CompressedModels", "NetworkSupport"]),
      (
        "Pruning",
        ["Tensors", "Datasets", "Networks", "CompressedModels", "Naming", "NetworkSupport"]
      ),
      (
        "Explanations",
        [
          "Tensors", "Datasets", "Rules", "Networks", "Naming", "NetworkSupport", "RuleSupport",
          "ExplanationSupport",
        ]
      ),
      ("Drawing", []),
      (
        "Reports",
        [
          "Tensors", "Datasets", "Rules", "Networks", "Naming", "Pruning", "Explanations",
          "Drawing",
          "RuleSupport", "ExplanationSupport",
        ]
      ),
      (
        "Experiments",
        [
          "Tensors", "Datasets", "Rules", "Networks", "ModelFiles", "Pruning", "Explanations",
          "Reports",
          "NetworkSupport", "ExplanationSupport",
        ]
      ),
    ].map { (name: String, others: [String]) in
      .testTarget(
        name: name + "Tests",
        dependencies: ([name, "TestSupport"] + others).map { .target(name: $0) }
          + [.product(name: "CustomDump", package: "swift-custom-dump")]
          + (["ModelFiles", "Reports", "Experiments"].contains(name)
            ? ["ONNXSchema", .product(name: "SwiftProtobuf", package: "swift-protobuf")] : []),
        exclude: ["Explanations", "ModelFiles", "Pruning", "Reports", "Rules"].contains(name)
          ? ["Snapshots"] : []
      )
    } + [
      // The built program, end to end.
      .testTarget(
        name: "CommandTests",
        dependencies: [
          "espalier", "Experiments", "Reports", "Explanations", "Pruning", "ModelFiles",
          "CompressedModels", "Networks", "Datasets", "Drawing", "Rules", "Naming", "Tensors",
          "TestSupport", "RuleSupport", "ExplanationSupport",
        ],
        exclude: ["Snapshots"])
    ]
)

// ESPALIER_MODULE=NAME leaves one module with its tests and what they are made of: a change of it is
// compiled, linked and tested without the modules above (./test --module NAME).
if let name = Context.environment["ESPALIER_MODULE"] {
  var kept: Set<String> = []
  var open = [name + "Tests"]
  while let next = open.popLast() {
    guard kept.insert(next).inserted, let target = package.targets.first(where: { $0.name == next })
    else { continue }
    for dependency in target.dependencies {
      if case .byNameItem(let name, _) = dependency { open.append(name) }
      if case .targetItem(let name, _) = dependency { open.append(name) }
    }
  }
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll()
  // Arithmetic without optimization takes most of the time of tests.
  for target in package.targets where target.type == .regular || target.name == "TensorsTests" {
    target.swiftSettings = [.unsafeFlags(["-O"])]
    target.cSettings = [.unsafeFlags(["-O2"])]
  }
}

// Optimization of tests costs more time than it saves, but for those with loops of their own over arrays.
for target in package.targets where target.type == .test && target.name != "TensorsTests" {
  target.swiftSettings = [.unsafeFlags(["-Onone"])]
}

for target in package.targets where target.type != .system && target.name != "CKernels" {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])
}
