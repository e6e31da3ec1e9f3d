;; A contract that does whatever a script says.
;;
;; A script is a list of steps, each a byte and what belongs to it; a text or value is its length in four
;; bytes and then its bytes. `puppet.rs` writes scripts and says what each step does.

(import "sillok" "input" (func $input (param i32)))
(import "sillok" "output" (func $output (param i32 i32)))
(import "sillok" "result" (func $result (param i32)))
(import "sillok" "panic" (func $panic (param i32 i32 i32 i32)))
(import "sillok" "storage_get" (func $storage_get (param i32 i32 i32 i32) (result i32)))
(import "sillok" "storage_set" (func $storage_set (param i32 i32 i32 i32)))
(import "sillok" "call" (func $call (param i32 i32 i32 i32 i32 i32) (result i64)))
(import "sillok" "require_auth" (func $require_auth (param i32 i32)))
(import "sillok" "emit" (func $emit (param i32 i32 i32 i32)))
(import "sillok" "schedule" (func $schedule (param i64 i64 i32 i32 i32 i32)))
(import "sillok" "book_create" (func $book_create (param i32 i32) (result i32)))
(import "sillok" "book_place" (func $book_place (param i64 i32 i32) (result i32)))
(import "sillok" "book_cancel" (func $book_cancel (param i64 i64) (result i32)))
(import "sillok" "verify" (func $verify (param i32 i32 i32 i32 i32 i32 i32) (result i32)))

(memory (export "memory") 16)
(data (i32.const 0) "plot")
;; Arguments are read to 1,024, what is stored to 524,288, how a call has ended to 600,000, a boolean answer
;; is left at 16.

;; Where the bytes of a text or value end.
(func $after (param $at i32) (result i32)
  (i32.add (i32.add (local.get $at) (i32.const 4)) (i32.load (local.get $at))))

(func $bytes (param $at i32) (result i32)
  (i32.add (local.get $at) (i32.const 4)))

(func $interpret (param $at i32) (param $end i32) (result i32)
  (local $step i32) (local $second i32) (local $third i32) (local $ended i64)
  (loop $next
    (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
    (local.set $step (i32.load8_u (local.get $at)))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (if (i32.eq (local.get $step) (i32.const 1)) (then ;; require_auth
      (call $require_auth (call $bytes (local.get $at)) (i32.load (local.get $at)))
      (local.set $at (call $after (local.get $at)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 2)) (then ;; call
      (local.set $second (i32.add (local.get $at) (i32.const 33)))
      (local.set $third (call $after (local.get $second)))
      (local.set $ended (call $call
        (i32.add (local.get $at) (i32.const 1))
        (call $bytes (local.get $second)) (i32.load (local.get $second))
        (call $bytes (local.get $third)) (i32.load (local.get $third))
        (i32.load8_u (local.get $at))))
      (local.set $at (call $after (local.get $third)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 3)) (then ;; refuse
      (call $output (local.get $at) (i32.const 4))
      (return (i32.const 1))))
    (if (i32.eq (local.get $step) (i32.const 4)) (then ;; emit
      (call $emit (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 5)) (then ;; schedule
      (local.set $second (i32.add (local.get $at) (i32.const 16)))
      (local.set $third (call $after (local.get $second)))
      (call $schedule
        (i64.load (local.get $at)) (i64.load offset=8 (local.get $at))
        (call $bytes (local.get $second)) (i32.load (local.get $second))
        (call $bytes (local.get $third)) (i32.load (local.get $third)))
      (local.set $at (call $after (local.get $third)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 6)) (then ;; store
      (call $storage_set
        (i32.const 0) (i32.const 4) (call $bytes (local.get $at)) (i32.load (local.get $at)))
      (local.set $at (call $after (local.get $at)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 7)) (then ;; answer
      (call $output (call $bytes (local.get $at)) (i32.load (local.get $at)))
      (return (i32.const 0))))
    (if (i32.eq (local.get $step) (i32.const 8)) (then ;; go on for ever
      (loop $ever (br $ever))))
    (if (i32.eq (local.get $step) (i32.const 9)) (then ;; panic
      (call $panic (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 4))))
    (if (i32.eq (local.get $step) (i32.const 10)) (then ;; nothing: a byte that makes scripts differ
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 11)) (then ;; answer what is stored
      (call $output
        (i32.const 524288)
        (call $storage_get (i32.const 0) (i32.const 4) (i32.const 524288) (i32.const 65536)))
      (return (i32.const 0))))
    (if (i32.eq (local.get $step) (i32.const 12)) (then ;; answer how the last call has ended
      (i32.store (i32.const 600000) (i32.wrap_i64 (i64.shr_u (local.get $ended) (i64.const 32))))
      (call $result (i32.const 600004))
      (call $output (i32.const 600000) (i32.add (i32.const 4) (i32.wrap_i64 (local.get $ended))))
      (return (i32.const 0))))
    (if (i32.eq (local.get $step) (i32.const 13)) (then ;; make a book
      (drop (call $book_create (call $bytes (local.get $at)) (i32.load (local.get $at))))
      (local.set $at (call $after (local.get $at)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 14)) (then ;; place an order
      (local.set $second (i32.add (local.get $at) (i32.const 8)))
      (drop (call $book_place
        (i64.load (local.get $at)) (call $bytes (local.get $second)) (i32.load (local.get $second))))
      (local.set $at (call $after (local.get $second)))
      (br $next)))
    (if (i32.eq (local.get $step) (i32.const 15)) (then ;; cancel one
      (drop (call $book_cancel (i64.load (local.get $at)) (i64.load offset=8 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $next)))
    unreachable)
  unreachable)

;; Follows the script in the arguments.
(func (export "run") (param $length i32) (result i32)
  (call $input (i32.const 1024))
  (call $interpret (i32.const 1024) (i32.add (i32.const 1024) (local.get $length))))

;; The same as a query.
(func (export "peek") (param $length i32) (result i32)
  (call $input (i32.const 1024))
  (call $interpret (i32.const 1024) (i32.add (i32.const 1024) (local.get $length))))

;; Keeps the arguments as the script of `order`.
(func (export "plot") (param $length i32) (result i32)
  (call $input (i32.const 1024))
  (call $storage_set (i32.const 0) (i32.const 4) (i32.const 1024) (local.get $length))
  (i32.const 0))

;; Whatever the arguments, follows the script that was kept.
(func (export "order") (param $length i32) (result i32)
  (call $interpret
    (i32.const 524288)
    (i32.add
      (i32.const 524288)
      (call $storage_get (i32.const 0) (i32.const 4) (i32.const 524288) (i32.const 65536)))))

;; Follows the script in the credential: after 64 bytes of id and digest, and a compact length.
(func (export "authenticate") (param $length i32) (result i32)
  (local $mode i32)
  (call $input (i32.const 1024))
  (local.set $mode (i32.and (i32.load8_u (i32.const 1088)) (i32.const 3)))
  (call $interpret
    (i32.add (i32.const 1088) (i32.shl (i32.const 1) (local.get $mode)))
    (i32.add (i32.const 1024) (local.get $length))))

;; Whether a signature is valid: scheme in four bytes, then key, message and signature.
(func (export "verifies") (param $length i32) (result i32)
  (local $message i32) (local $signature i32)
  (call $input (i32.const 1024))
  (local.set $message (call $after (i32.const 1028)))
  (local.set $signature (call $after (local.get $message)))
  (i32.store8 (i32.const 16) (call $verify
    (i32.load (i32.const 1024))
    (call $bytes (i32.const 1028)) (i32.load (i32.const 1028))
    (call $bytes (local.get $message)) (i32.load (local.get $message))
    (call $bytes (local.get $signature)) (i32.load (local.get $signature))))
  (call $output (i32.const 16) (i32.const 1))
  (i32.const 0))
