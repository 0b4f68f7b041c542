/**
 * Functions that compiled kernels call, as LLVM IR: allocation that tells when there is no room.
 *
 * `strata_guarded(entry, block)` calls a kernel's entry. Where `strata_alloc` finds no memory, it
 * jumps back there; everything that the call allocated on this thread is freed, and the result is the
 * number of bytes that there was no room for (0: all went well). What is allocated on other threads
 * has nowhere to jump to: there, running out of memory ends the process with a message.
 *
 * A call's record is { list of blocks, bytes asked for, jmp_buf }; the header of 32 bytes before a
 * block is { previous, next, what malloc gave, record }. The record of a thread is found under a
 * key of pthreads.
 */

const MESSAGE = "strata: out of memory inside of a parallel loop\\0A";
const MESSAGE_BYTES = MESSAGE.length - 2;

/** Names of the functions. */
export const SUPPORT = {
  initialize: "strata_initialize",
  guarded: "strata_guarded",
} as const;

/** Whether the functions are for this system; elsewhere kernels allocate as they are. */
export const hasSupport: boolean = process.platform === "linux";

/** The module. Two devices of a process have it under different names. */
export const supportCode = `
@key = internal global i32 0
@message = internal constant [${MESSAGE_BYTES} x i8] c"${MESSAGE}"

declare i32 @pthread_key_create(ptr, ptr)
declare ptr @pthread_getspecific(i32)
declare i32 @pthread_setspecific(i32, ptr)
declare i32 @_setjmp(ptr) returns_twice
declare void @longjmp(ptr, i32) noreturn
declare ptr @aligned_alloc(i64, i64)
declare void @free(ptr)
declare i64 @write(i32, ptr, i64)
declare void @abort() noreturn
declare { i64, i1 } @llvm.uadd.with.overflow.i64(i64, i64)

define i32 @${SUPPORT.initialize}() {
  %r = call i32 @pthread_key_create(ptr @key, ptr null)
  ret i32 %r
}

define ptr @strata_alloc(i64 %align, i64 %size) {
  %key = load i32, ptr @key
  %record = call ptr @pthread_getspecific(i32 %key)
  %sum = call { i64, i1 } @llvm.uadd.with.overflow.i64(i64 %size, i64 %align)
  %total = extractvalue { i64, i1 } %sum, 0
  %over = extractvalue { i64, i1 } %sum, 1
  br i1 %over, label %full, label %try
try:
  %raw = call ptr @aligned_alloc(i64 %align, i64 %total)
  %none = icmp eq ptr %raw, null
  br i1 %none, label %full, label %got
got:
  %block = getelementptr i8, ptr %raw, i64 %align
  %header = getelementptr i8, ptr %block, i64 -32
  %next.p = getelementptr i8, ptr %header, i64 8
  %raw.p = getelementptr i8, ptr %header, i64 16
  %record.p = getelementptr i8, ptr %header, i64 24
  store ptr %raw, ptr %raw.p
  store ptr %record, ptr %record.p
  %alone = icmp eq ptr %record, null
  br i1 %alone, label %done, label %listed
listed:
  %first = load ptr, ptr %record
  store ptr null, ptr %header
  store ptr %first, ptr %next.p
  store ptr %header, ptr %record
  %empty = icmp eq ptr %first, null
  br i1 %empty, label %done, label %behind
behind:
  store ptr %header, ptr %first
  br label %done
done:
  ret ptr %block
full:
  %nowhere = icmp eq ptr %record, null
  br i1 %nowhere, label %end, label %back
back:
  %asked = getelementptr i8, ptr %record, i64 8
  %least = call i64 @llvm.umax.i64(i64 %size, i64 1)
  store i64 %least, ptr %asked
  %jump = getelementptr i8, ptr %record, i64 16
  call void @longjmp(ptr %jump, i32 1)
  unreachable
end:
  %w = call i64 @write(i32 2, ptr @message, i64 ${MESSAGE_BYTES})
  call void @abort()
  unreachable
}

declare i64 @llvm.umax.i64(i64, i64)

define void @strata_free(ptr %block) {
  %none = icmp eq ptr %block, null
  br i1 %none, label %done, label %some
some:
  %header = getelementptr i8, ptr %block, i64 -32
  %next.p = getelementptr i8, ptr %header, i64 8
  %raw.p = getelementptr i8, ptr %header, i64 16
  %record.p = getelementptr i8, ptr %header, i64 24
  %raw = load ptr, ptr %raw.p
  %record = load ptr, ptr %record.p
  %alone = icmp eq ptr %record, null
  br i1 %alone, label %give, label %unlist
unlist:
  %previous = load ptr, ptr %header
  %next = load ptr, ptr %next.p
  %isFirst = icmp eq ptr %previous, null
  br i1 %isFirst, label %head, label %inner
head:
  store ptr %next, ptr %record
  br label %after
inner:
  %link = getelementptr i8, ptr %previous, i64 8
  store ptr %next, ptr %link
  br label %after
after:
  %isLast = icmp eq ptr %next, null
  br i1 %isLast, label %give, label %behind
behind:
  store ptr %previous, ptr %next
  br label %give
give:
  call void @free(ptr %raw)
  br label %done
done:
  ret void
}

define i64 @${SUPPORT.guarded}(ptr %entry, ptr %block) {
start:
  %record = alloca [1024 x i8], align 16
  %asked = getelementptr i8, ptr %record, i64 8
  %jump = getelementptr i8, ptr %record, i64 16
  store volatile ptr null, ptr %record
  store volatile i64 0, ptr %asked
  %key = load i32, ptr @key
  %outer = call ptr @pthread_getspecific(i32 %key)
  %set = call i32 @pthread_setspecific(i32 %key, ptr %record)
  %again = call i32 @_setjmp(ptr %jump) returns_twice
  %first = icmp eq i32 %again, 0
  br i1 %first, label %run, label %loop
run:
  call void %entry(ptr %block)
  br label %done
loop:
  %header = load volatile ptr, ptr %record
  %empty = icmp eq ptr %header, null
  br i1 %empty, label %done, label %drop
drop:
  %next.p = getelementptr i8, ptr %header, i64 8
  %next = load ptr, ptr %next.p
  %raw.p = getelementptr i8, ptr %header, i64 16
  %raw = load ptr, ptr %raw.p
  store volatile ptr %next, ptr %record
  call void @free(ptr %raw)
  br label %loop
done:
  %reset = call i32 @pthread_setspecific(i32 %key, ptr %outer)
  %bytes = load volatile i64, ptr %asked
  ret i64 %bytes
}
`;
