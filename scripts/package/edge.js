/** What edge runtimes load first: later on they do not compile any more. */

import { compileNow } from './source.js'

compileNow()
