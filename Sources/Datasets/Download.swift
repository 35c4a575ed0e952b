import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Downloads the bytes of a URL.
/// - Throws: `DatasetError.cannotDownload`.
func download(_ address: String) throws -> [UInt8] {
  guard let url = URL(string: address) else {
    throw DatasetError.cannotDownload(address: address, .notAURL)
  }
  let outcome = Mutex<Result<[UInt8], DatasetError>?>(nil)
  let done = DispatchSemaphore(value: 0)
  let configuration = URLSessionConfiguration.ephemeral
  configuration.timeoutIntervalForRequest = 60
  let session = URLSession(configuration: configuration)
  let task = session.dataTask(with: url) { data, response, error in
    let status = (response as? HTTPURLResponse)?.statusCode ?? 200
    outcome.withLock {
      if let error {
        $0 = .failure(
          .cannotDownload(
            address: address,
            .transfer(
              code: (error as NSError).code,
              message: error.localizedDescription.trimmingSuffix("."))))
      } else if let data, (200..<300).contains(status) {
        $0 = .success([UInt8](data))
      } else {
        $0 = .failure(.cannotDownload(address: address, .status(status)))
      }
    }
    done.signal()
  }
  task.resume()
  done.wait()
  session.finishTasksAndInvalidate()
  let result = outcome.withLock { $0 }
  return try result?.get() ?? []
}

extension String {
  /// The text without a suffix.
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
