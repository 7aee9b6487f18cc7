// One project a suite; scripts/test.mjs runs them one after another.

const project = (name) => ({
  displayName: name,
  rootDir: '.',
  testMatch: [`<rootDir>/tests/${name}/**/*.test.js`],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/tests/support/folders.mjs',
  transform: {}, // ES modules as they are
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
})

export default {
  projects: ['js', 'interop', 'browser', 'server', 'cli', 'runtimes'].map(project),
  testTimeout: 60_000,
}
