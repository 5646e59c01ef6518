/// libFuzzer's way in for programs that have a `main` of their own (llvm.org/docs/LibFuzzer.html,
/// "Using libFuzzer as a library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// Runs a fuzzer with the program's arguments until it ends by itself.
///
/// - Returns: libFuzzer's exit status.
package func fuzz(_ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt) -> CInt {
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  return runDriver(&count, &arguments, test)
}

/// Ends the run: libFuzzer keeps the input that broke the promise.
package func broken(_ promise: String) -> Never { fatalError(promise) }
