import CCurl
import Glibc
import Synchronization

/// The I/O thread and what other threads tell it.
final class TransferEngine: Sendable {
    enum Command {
        case start(Exchange, Exchange.Continuation)
        case cancel(Exchange)
    }

    /// Unchecked because all but `curl_multi_wakeup`, which is for any thread, is done on the I/O thread, and because
    /// other threads use it under the lock that the I/O thread takes before it frees the handle.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    private struct State {
        /// Nil where there is no thread, not yet or no more.
        var multi: Multi?
        var commands: [Command] = []
        /// Why nothing more is started.
        var end: HTTPError?
        /// Nil where somebody joins it already.
        var thread: pthread_t?
        /// Who waits for the thread's end.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let configuration: HTTPClientConfiguration
    private let log: (@Sendable (String) -> Void)?

    private static let globalInitialization = curl_global_init(Int(CURL_GLOBAL_ALL))

    init(_ configuration: HTTPClientConfiguration, log: (@Sendable (String) -> Void)?) {
        self.configuration = configuration
        self.log = log
        do throws(HTTPError) {
            try startThread()
        } catch {
            state.withLock { $0.end = error }
        }
    }

    private func startThread() throws(HTTPError) {
        guard TransferEngine.globalInitialization == CURLE_OK, let handle = curl_multi_init() else {
            throw .connectionFailed("libcurl could not be initialized")
        }
        let hosts = configuration.maximumConnectionsPerHost
        curl_set_multi_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, hosts)
        curl_set_multi_long(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConcurrentRequests)
        // How many connections are kept when they are idle.
        curl_set_multi_long(handle, CURLMOPT_MAXCONNECTS, hosts)
        state.withLock { [multi = Multi(handle: handle)] in $0.multi = multi }

        // Signals are for other threads to handle, and OpenSSL's writes could raise SIGPIPE.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let engine = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { engine in
                guard let engine else { return nil }
                Unmanaged<TransferEngine>.fromOpaque(engine).takeRetainedValue().run()
                return nil
            }, engine.toOpaque())
        guard code == 0 else {
            engine.release()
            state.withLock { $0.multi = nil }
            curl_multi_cleanup(handle)
            throw .connectionFailed("the I/O thread could not be made: \(String(cString: strerror(code)))")
        }
        pthread_setname_np(thread, configuration.threadName)
        state.withLock { [thread] in $0.thread = thread }
    }

    func start(_ exchange: Exchange, _ continuation: Exchange.Continuation) {
        if let refusal = tell(.start(exchange, continuation)) {
            continuation.resume(returning: .failure(refusal))
        }
    }

    func cancel(_ exchange: Exchange) {
        exchange.markCancelled()
        _ = tell(.cancel(exchange))
    }

    /// Returns why the thread will not hear it.
    private func tell(_ command: Command) -> HTTPError? {
        state.withLock { state in
            if let end = state.end { return end }
            state.commands.append(command)
            if let multi = state.multi { curl_multi_wakeup(multi.handle) }
            return nil
        }
    }

    /// Tells the thread to end, without waiting for it.
    func stop() {
        let thread = state.withLock { state in
            TransferEngine.end(&state)
            return state.thread.take()
        }
        if let thread { pthread_detach(thread) }
    }

    /// Tells the thread to end, and waits for it.
    func shutdown() async {
        await withCheckedContinuation { waiter in
            let isRunning = state.withLock { state in
                TransferEngine.end(&state)
                guard state.multi != nil else { return false }
                state.waiters.append(waiter)
                return true
            }
            if !isRunning { waiter.resume() }
        }
        // All that the thread still has to do is to return.
        if let thread = state.withLock({ $0.thread.take() }) { pthread_join(thread, nil) }
    }

    private static func end(_ state: inout State) {
        if state.end == nil { state.end = .shutDown }
        if let multi = state.multi { curl_multi_wakeup(multi.handle) }
    }

    /// The thread's whole life.
    private func run() {
        guard let multi = state.withLock({ $0.multi }) else { return }
        let loop = TransferLoop(multi: multi.handle, configuration: configuration, log: log)
        while true {
            let (commands, end) = state.withLock { state in
                defer { state.commands = [] }
                return (state.commands, state.end)
            }
            loop.carryOut(commands)
            if let end {
                loop.finishAll(end)
                break
            }
            loop.turn()
        }
        let waiters = state.withLock { state in
            state.multi = nil
            defer { state.waiters = [] }
            return state.waiters
        }
        curl_multi_cleanup(multi.handle)
        for waiter in waiters { waiter.resume() }
    }
}
