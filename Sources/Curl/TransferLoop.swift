import CCurl
import Glibc

/// What the I/O thread does: it starts transfers in the order in which they came, waits for what happens to them, and
/// tells their callers how they ended. It lives on that thread alone.
final class TransferLoop {
    private struct Waiting {
        var exchange: Exchange
        var continuation: Exchange.Continuation
    }

    private let multi: UnsafeMutableRawPointer
    private let configuration: HTTPClientConfiguration
    private let log: (@Sendable (String) -> Void)?
    private var queue: [Waiting] = []
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    /// Nobody's deadline is earlier; nil where nobody has one.
    private var nextDeadline: ContinuousClock.Instant?

    /// - Parameter multi: is freed by the caller, after the last transfer has ended.
    init(multi: UnsafeMutableRawPointer, configuration: HTTPClientConfiguration, log: (@Sendable (String) -> Void)?) {
        self.multi = multi
        self.configuration = configuration
        self.log = log
    }

    func carryOut(_ commands: [TransferEngine.Command]) {
        for command in commands {
            switch command {
            case .start(let exchange, let continuation):
                if exchange.isCancelled {
                    finish(exchange, continuation, .failure(.cancelled))
                } else {
                    queue.append(Waiting(exchange: exchange, continuation: continuation))
                    nextDeadline = min(nextDeadline ?? exchange.deadline, exchange.deadline)
                }
            case .cancel(let exchange):
                if let transfer = transfers[ObjectIdentifier(exchange)] {
                    finish(transfer, .failure(.cancelled))
                } else if let index = queue.firstIndex(where: { $0.exchange === exchange }) {
                    let waiting = queue.remove(at: index)
                    finish(waiting.exchange, waiting.continuation, .failure(.cancelled))
                }
            }
        }
    }

    /// Does what can be done now, and sleeps until there is more to do.
    func turn() {
        startQueued()
        var running: Int32 = 0
        let code = curl_multi_perform(multi, &running)
        readMessages()
        startQueued()
        endLate()
        let failure = code == CURLM_OK ? poll() : code
        if failure != CURLM_OK {
            // Out of memory, or the kernel refuses to poll: whoever is left would wait for ever.
            finishAll(.interrupted(String(cString: curl_multi_strerror(failure))))
            usleep(10_000)
        }
    }

    func finishAll(_ error: HTTPError) {
        for transfer in transfers.values { finish(transfer, .failure(error)) }
        let waiting = queue
        queue = []
        for waiting in waiting { finish(waiting.exchange, waiting.continuation, .failure(error)) }
    }

    private func startQueued() {
        let count = min(queue.count, configuration.maximumConcurrentRequests - transfers.count)
        guard count > 0 else { return }
        let next = queue.prefix(count)
        queue.removeFirst(count)
        for waiting in next {
            do throws(HTTPError) {
                let transfer = try Transfer(waiting.exchange, waiting.continuation, configuration)
                let code = curl_multi_add_handle(multi, transfer.easy)
                guard code == CURLM_OK else { throw .connectionFailed(String(cString: curl_multi_strerror(code))) }
                transfers[ObjectIdentifier(waiting.exchange)] = transfer
            } catch {
                finish(waiting.exchange, waiting.continuation, .failure(error))
            }
        }
    }

    private func readMessages() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = Transfer.of(message.pointee.easy_handle) else {
                continue
            }
            finish(transfer, transfer.result(message.pointee.data.result))
        }
    }

    /// Ends what has not ended in time.
    private func endLate() {
        let now = ContinuousClock.now
        guard let nextDeadline, nextDeadline <= now else { return }
        for transfer in transfers.values where transfer.exchange.deadline <= now {
            // Also with HTTP/2, where libcurl would end the stream alone, and send the next request into the same void.
            // Where other requests are under way on the connection, the last one closes it.
            curl_set_long(transfer.easy, CURLOPT_FORBID_REUSE, 1)
            finish(transfer, .failure(transfer.lateness))
        }
        for waiting in queue where waiting.exchange.deadline <= now {
            let reason = "\(transfers.count) other requests left no room within \(waiting.exchange.timeouts.total)"
            finish(waiting.exchange, waiting.continuation, .failure(.connectionFailed(reason)))
        }
        queue.removeAll { $0.exchange.deadline <= now }
        self.nextDeadline = (queue.map(\.exchange.deadline) + transfers.values.map(\.exchange.deadline)).min()
    }

    /// Sleeps until a socket has something, a timer of libcurl's or of ours is due, or `curl_multi_wakeup` is called.
    private func poll() -> CURLMcode {
        var timeout = Int32.max
        if transfers.isEmpty && queue.isEmpty {
            nextDeadline = nil
        } else if let nextDeadline {
            let left = ContinuousClock.now.duration(to: nextDeadline).components
            // Rounded up, lest it turns again and again within the last millisecond.
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1
            timeout = Int32(clamping: max(0, milliseconds))
        }
        return curl_multi_poll(multi, nil, 0, timeout, nil)
    }

    private func finish(_ transfer: Transfer, _ result: Result<HTTPResponse, HTTPError>) {
        transfers[ObjectIdentifier(transfer.exchange)] = nil
        // Ends the transfer where it has not ended, and closes its connection.
        curl_multi_remove_handle(multi, transfer.easy)
        finish(transfer.exchange, transfer.continuation, result)
    }

    private func finish(
        _ exchange: Exchange, _ continuation: Exchange.Continuation, _ result: Result<HTTPResponse, HTTPError>
    ) {
        if let log { log(exchange.line(result)) }
        continuation.resume(returning: result)
    }
}

extension Exchange {
    /// What the log says when it has ended.
    fileprivate func line(_ result: Result<HTTPResponse, HTTPError>) -> String {
        let time = start.duration(to: .now).components
        let milliseconds = time.seconds * 1_000 + time.attoseconds / 1_000_000_000_000_000
        let outcome =
            switch result {
            case .success(let response): "\(response.status), \(response.body.count) bytes"
            case .failure(let error): "\(error)"
            }
        return "\(request.method.rawValue) \(target.authority) \(target.redacted): \(outcome), \(milliseconds) ms"
    }
}
