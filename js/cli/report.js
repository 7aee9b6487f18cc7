/** Failures as sentences, with their exit status. */

import { CertmintError } from '../index.js'
import { FailedError, FileError, UsageError } from './usage.js'

const WRONG_USAGE = 2
const FAILED = 3

export function report(error) {
  if (error?.code === 'EPIPE') return FAILED // whoever read our output has left
  if (error instanceof UsageError || error instanceof CertmintError) {
    console.error(`certmint: ${error.message}`)
    return WRONG_USAGE
  }
  if (error instanceof FileError || error instanceof FailedError) {
    console.error(`certmint: ${error.message}`)
    return FAILED
  }
  if (error?.name === 'AbortError') {
    console.error('certmint: interrupted; nothing was written')
    return FAILED
  }
  if (error?.code && typeof error.path === 'string') {
    console.error(`certmint: ${error.path}: ${fileReasons[error.code] ?? error.message}`)
    return FAILED
  }
  console.error(
    `certmint: this is a defect of certmint; please report it\n${error?.stack ?? error}`,
  )
  return FAILED
}

const fileReasons = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is allowed',
  EISDIR: 'this is a folder, not a file',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the file name is too long',
  ELOOP: 'the links go round in a circle',
  EROFS: 'the file system is read-only',
}
