/** The package as npm makes it, installed in an empty folder without a network. */

import fs from 'node:fs'
import path from 'node:path'

import { root, run, scratch } from './tools.js'

/** What `npm pack` says it takes: { size, unpackedSize, files: [{ path, size }], ... } */
export function pack(folder) {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const answer = JSON.parse(run('npm', args, { cwd: root }).out)
  // an array, or an object by package name, by the version of npm
  return Object.values(answer)[0]
}

/** A folder with the package in its node_modules, put there from the tarball. */
export function installed() {
  const files = scratch()
  const packed = pack(files.folder)
  files.write('package.json', '{ "private": true, "type": "module" }\n')
  const args = ['install', '--offline', '--no-audit', '--no-fund', files.path(packed.filename)]
  run('npm', args, { cwd: files.folder, env: { npm_config_cache: files.path('cache') } })
  return {
    ...files,
    packed,
    tarball: files.path(packed.filename),
    package: files.path('node_modules/certmint'),
    /** Copies a file of tests/runtimes into the folder. */
    take(name) {
      fs.copyFileSync(path.join(root, 'tests', 'runtimes', name), files.path(name))
      return files.path(name)
    },
  }
}
