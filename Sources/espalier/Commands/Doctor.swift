import ArgumentParser
import CCrypto
import CPNG
import CZlib
import Datasets
import Drawing
import Foundation
import Reports
import Tensors

/// Checks the installation on this machine.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the installation.",
    discussion: """
      Example:
        espalier doctor

      Exit code 69 if a required component is missing.
      """)

  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    let checks = Self.checks
    if console.json {
      try StandardOutput.writeJSON(checks)
    } else if !console.quiet {
      let width = checks.map(\.name.count).max() ?? 0
      let lines = checks.map { check in
        let mark =
          check.works ? Terminal.stdout.paint("ok", .green) : Terminal.stdout.paint("--", .red)
        let name = check.name.padding(toLength: width, withPad: " ", startingAt: 0)
        return "\(mark)  \(name)  \(check.found)"
      }
      try StandardOutput.write(lines.joined(separator: "\n") + "\n")
    }
    let missing = checks.filter { !$0.works && $0.isNeeded }
    if !missing.isEmpty {
      throw CommandFailure(
        "missing: " + missing.map(\.name).joined(separator: ", "),
        hint: missing.compactMap(\.remedy).first, code: 69)
    }
  }

  /// The status of one dependency.
  private struct Check: Encodable {
    var name: String
    var found: String
    var works = true
    var isNeeded = false
    var remedy: String?
  }

  private static var checks: [Check] {
    let process = ProcessInfo.processInfo
    let fonts = fontFiles
    let graphviz = Graphviz.version
    var checks = [
      Check(name: "espalier", found: Espalier.version),
      Check(name: "Swift", found: swiftVersion),
      Check(name: "system", found: process.operatingSystemVersionString),
      Check(name: "OpenBLAS", found: MatrixKernel.description),
      Check(
        name: "Graphviz", found: graphviz, works: !graphviz.isEmpty, isNeeded: true,
        remedy: "apt-get install -y libgraphviz-dev"),
      Check(
        name: "DejaVu fonts", found: fonts.first ?? "not found", works: !fonts.isEmpty,
        isNeeded: true, remedy: "apt-get install -y fonts-dejavu-core"),
      Check(
        name: "weasyprint",
        found: installedProgram("weasyprint")?.path ?? "not found: report --format pdf needs it",
        works: installedProgram("weasyprint") != nil),
      Check(name: "zlib", found: String(cString: zlibVersion())),
      Check(name: "libpng", found: png_get_libpng_ver(nil).map { String(cString: $0) } ?? "?"),
      Check(
        name: "OpenSSL",
        found: OpenSSL_version(OPENSSL_FULL_VERSION_STRING).map { String(cString: $0) } ?? "?"),
      Check(name: "cores", found: "\(process.activeProcessorCount), \(Workers.threads) used"),
      Check(name: "AVX2", found: Processor.usesAVX2 ? "yes" : "no; scalar kernels are used"),
      Check(
        name: "AVX-512",
        found: Processor.usesAVX512 ? "yes" : "no; the AVX2 kernels give bit-identical results"),
      Check(name: "memory", found: MemoryError.size(Double(process.physicalMemory))),
      Check(
        name: "available memory",
        found: MemoryBudget.workspace.map {
          "\(MemoryError.size(Double($0.bytes))) (\($0.limit.rawValue))"
        } ?? "unknown"),
    ]
    let shipped = DataSource.names().filter { $0.origin == .shipped }.count
    checks.append(
      Check(
        name: "data sets", found: "\(shipped) shipped; fetched ones in \(DatasetStore().root.path)",
        works: shipped > 0, remedy: "run it as ./espalier, or set ESPALIER_HOME to its folder"))
    return checks
  }

  private static var swiftVersion: String {
    #if swift(>=6.4)
      "6.4 or later"
    #elseif swift(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The fonts of the diagrams: those of an installation of its own, then those of the system.
  private static var fontFiles: [String] {
    let home = ProcessInfo.processInfo.environment["ESPALIER_HOME"] ?? ""
    let own = home.isEmpty ? [] : [home + "/Fonts"]
    let system = [
      "/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu-sans-fonts", "/Library/Fonts",
    ]
    return (own + system).map { $0 + "/DejaVuSans.ttf" }
      .filter { FileManager.default.fileExists(atPath: $0) }
  }
}
