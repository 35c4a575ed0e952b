import ArgumentParser
import CCrypto
import CPNG
import CZlib
import Datasets
import Drawing
import Foundation
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
    let findings = Self.findings
    if console.json {
      try StandardOutput.writeJSON(findings)
    } else if !console.quiet {
      let width = findings.map(\.name.count).max() ?? 0
      let lines = findings.map { finding in
        let mark =
          finding.works ? Terminal.stdout.paint("ok", .green) : Terminal.stdout.paint("--", .red)
        let name = finding.name.padding(toLength: width, withPad: " ", startingAt: 0)
        return "\(mark)  \(name)  \(finding.found)"
      }
      try StandardOutput.write(lines.joined(separator: "\n") + "\n")
    }
    let missing = findings.filter { !$0.works && $0.isNeeded }
    if !missing.isEmpty {
      throw CommandFailure(
        "missing: " + missing.map(\.name).joined(separator: ", "),
        hint: missing.compactMap(\.remedy).first, code: 69)
    }
  }

  /// The status of one dependency.
  private struct Finding: Encodable {
    var name: String
    var found: String
    var works = true
    var isNeeded = false
    var remedy: String?
  }

  private static var findings: [Finding] {
    let process = ProcessInfo.processInfo
    let fonts = fontFiles
    let graphviz = Graphviz.version
    var findings = [
      Finding(name: "espalier", found: Espalier.version),
      Finding(name: "Swift", found: swiftVersion),
      Finding(name: "system", found: process.operatingSystemVersionString),
      Finding(name: "OpenBLAS", found: MatrixKernel.description),
      Finding(
        name: "Graphviz", found: graphviz, works: !graphviz.isEmpty, isNeeded: true,
        remedy: "apt-get install -y libgraphviz-dev"),
      Finding(
        name: "DejaVu fonts", found: fonts.first ?? "not found", works: !fonts.isEmpty,
        isNeeded: true, remedy: "apt-get install -y fonts-dejavu-core"),
      Finding(name: "zlib", found: String(cString: zlibVersion())),
      Finding(name: "libpng", found: png_get_libpng_ver(nil).map { String(cString: $0) } ?? "?"),
      Finding(
        name: "OpenSSL",
        found: OpenSSL_version(OPENSSL_FULL_VERSION_STRING).map { String(cString: $0) } ?? "?"),
      Finding(name: "cores", found: "\(process.activeProcessorCount), \(Workers.threads) used"),
      Finding(name: "AVX2", found: Processor.usesAVX2 ? "yes" : "no; scalar kernels are used"),
      Finding(
        name: "AVX-512",
        found: Processor.usesAVX512 ? "yes" : "no; the AVX2 kernels give bit-identical results"),
      Finding(name: "memory", found: "\(process.physicalMemory >> 20) MiB"),
      Finding(
        name: "available memory",
        found: MemoryBudget.workspace.map {
          "\(MemoryError.size(Double($0.bytes))) (\($0.limit.rawValue))"
        } ?? "unknown"),
    ]
    let shipped = DataSource.names().filter { $0.origin == .shipped }.count
    findings.append(
      Finding(
        name: "data sets", found: "\(shipped) shipped; fetched ones in \(DatasetStore().root.path)",
        works: shipped > 0, remedy: "run it as ./espalier, or set ESPALIER_HOME to its folder"))
    return findings
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
