/** The flow "an authority of your own": made or opened, and then what it signs and revokes. */

import { announce, byId, h } from '../parts/dom.js'
import {
  daysField,
  formOf,
  keyField,
  moreOptions,
  namesField,
  passphraseField,
  profileField,
  selectField,
  subjectFields,
  textArea,
  textField,
} from '../parts/fields.js'
import { Form, FormError, namesIn } from '../parts/form.js'
import { download } from '../parts/give.js'
import { panel } from '../parts/panel.js'
import { bringIntoView, emptyPlace, stage } from '../parts/stage.js'
import { tabs } from '../parts/tabs.js'
import { withProgress } from '../parts/working.js'
import { texts } from '../texts.js'
import { forgetKept, keep, kept, keptNames } from './kept.js'
import { nodePanels } from './node.js'
import { tree } from './tree.js'

const words = texts.authority

/** What an authority mostly signs. */
const PROFILES = ['server', 'client', 'peer', 'email', 'code-signing']

/**
 * @param {import('../bridge.js').Bridge} bridge
 * @returns {import('../router.js').Flow}
 */
export const authorityFlow = (bridge) => new AuthorityFlow(bridge)

class AuthorityFlow {
  #bridge
  /** @type {import('./vault.js').Shown[]} */
  #nodes = []
  /** The node that is shown, and the authority that signs. */
  #chosen
  #signer
  /** What was made with a node: its files, as long as the flow is open. */
  #files = new Map()
  /** What a node was made by: for the same at a terminal. */
  #orders = new Map()
  #saved = true
  /** @type {AbortController | undefined} */
  #working
  #result
  #start
  #work = h('div', { class: 'authority-work', hidden: true })

  constructor(bridge) {
    this.#bridge = bridge
    this.#start = h('div', {}, this.#rootForm(), this.#openForm(), h('div', { class: 'kept' }))
    this.#result = stage('authority', words, [this.#start, this.#work])
    this.#bindRootForm()
    this.#bindOpenForm()
    this.#show()
  }

  enter(given) {
    this.#showKept()
    if (given?.csr) this.#csr = given.csr
  }

  #csr = ''

  leave() {
    this.#working?.abort()
    this.#forget()
  }

  #forget() {
    this.#bridge.run('forgetAuthorities').catch(() => {})
    this.#nodes = []
    this.#files.clear()
    this.#orders.clear()
    this.#chosen = this.#signer = undefined
    this.#saved = true
    this.#show()
  }

  // -------------------------------------------------------------- to begin with

  #rootForm() {
    const prefix = 'root-'
    return formOf(
      prefix,
      words.create,
      textField({
        prefix,
        name: 'CN',
        large: true,
        label: words.name.label,
        placeholder: words.name.placeholder,
      }),
      textField({
        prefix,
        name: 'permitted',
        label: words.permitted.label,
        hint: words.permitted.hint,
        placeholder: 'example.test',
        autocapitalize: 'none',
      }),
      moreOptions(
        keyField(prefix),
        daysField(prefix, '3650'),
        this.#pathLenField(prefix, '1'),
        ...subjectFields(prefix, ['O', 'C']),
      ),
    )
  }

  #pathLenField(prefix, selected) {
    const { label, none, one, two } = words.pathLen
    const options = [
      ['0', none],
      ['1', one],
      ['2', two],
    ]
    return selectField({ prefix, name: 'pathLen', label, options, selected })
  }

  #bindRootForm() {
    const form = new Form(byId('root-form'), { prefix: 'root-', inputOf: inputOfAuthority })
    form.recall()
    this.#does(form, 'root-', (work) => this.#makeAuthority(form, undefined, work))
  }

  #makeAuthority(form, issuer, work) {
    const subject = form.subject()
    if (!form.value('CN')) subject.push(['CN', words.name.placeholder])
    const permitted = namesIn(form.value('permitted'))
    const pathLen = Number(form.value('pathLen'))
    const order = { issuer, subject, key: form.value('key'), permitted, pathLen, ...form.days() }
    return this.#runs('makeAuthority', order, work)
  }

  #openForm() {
    const prefix = 'open-'
    const { title, file, hint, passphrase, button } = words.open
    return h(
      'details',
      { class: 'options' },
      h('summary', {}, h('span', {}, title)),
      formOf(
        prefix,
        button,
        textField({ prefix, name: 'file', label: file, hint, type: 'file', multiple: true }),
        passphraseField({ prefix, name: 'passphrase', label: passphrase }),
      ),
    )
  }

  #bindOpenForm() {
    const form = new Form(byId('open-form'), { prefix: 'open-', inputOf: inputOfOpen })
    this.#does(form, 'open-', async (work) => {
      const files = [...byId('open-file').files]
      if (files.length === 0) throw new FormError('file', words.open.missing)
      const texts = await Promise.all(files.map((file) => file.text()))
      return this.#open(texts.join('\n'), form, work)
    })
  }

  async #open(text, form, work) {
    const opened = await this.#bridge.run(
      'openAuthorities',
      { text, passphrase: form.secret('passphrase') },
      work,
    )
    this.#saved = true
    byId('open-form').reset()
    return { ...opened, wasSaved: true }
  }

  /** The authorities kept in this browser, each with its passphrase and its button. */
  async #showKept() {
    const names = await keptNames()
    const place = this.#start.querySelector('.kept')
    if (names.length === 0) {
      place.replaceChildren()
      return
    }
    place.replaceChildren(
      panel(words.open.kept, h('ul', {}, ...names.map((name, i) => this.#keptRow(name, i)))),
    )
    names.forEach((name, i) => this.#bindKeptRow(name, i))
  }

  #keptRow(name, i) {
    const prefix = `kept-${i}-`
    const forget = h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: async () => {
          if (!confirm(words.open.forgetAsk(name))) return
          await forgetKept(name)
          this.#showKept()
        },
      },
      words.open.forget,
    )
    return h(
      'li',
      {},
      formOf(
        prefix,
        words.open.keptButton(name),
        passphraseField({ prefix, name: 'passphrase', label: words.keep.passphrase }),
      ),
      forget,
    )
  }

  #bindKeptRow(name, i) {
    const prefix = `kept-${i}-`
    const form = new Form(byId(`${prefix}form`), { prefix })
    this.#does(form, prefix, async (work) => {
      const opened = await this.#open(await kept(name), form, work)
      byId(`${prefix}form`).reset()
      return opened
    })
  }

  // -------------------------------------------------------------- what an authority does

  /** Does a job, and remembers what was asked for. */
  async #runs(job, order, work) {
    return { ...(await this.#bridge.run(job, order, work)), job, order }
  }

  /** Binds a form to work whose answer is what the tree is then. */
  #does(form, prefix, work) {
    form.onSubmit(async () => {
      if (this.#working) return
      form.clearErrors()
      this.#working = new AbortController()
      try {
        const made = await withProgress(byId(`${prefix}create`), work, this.#working)
        this.#made(made)
      } catch (error) {
        if (error.name !== 'AbortError') form.showError(error)
      } finally {
        this.#working = undefined
      }
    })
  }

  #made({ nodes, id, files, job, order, wasSaved = false }) {
    this.#nodes = nodes
    if (files) this.#files.set(id, files)
    if (job) this.#orders.set(id, { job, order })
    this.#chosen = id
    const node = this.#node(id)
    if (node?.signs) this.#signer = id
    this.#saved = wasSaved
    this.#show()
    if (node) announce(words.made(node.certificate.subject))
    this.#result.querySelector('h2')?.focus({ preventScroll: true })
    bringIntoView(this.#result)
  }

  #node(id) {
    return this.#nodes.find((node) => node.id === id)
  }

  #show() {
    const open = this.#nodes.length > 0
    this.#start.hidden = open
    this.#work.hidden = !open
    if (!open) {
      this.#work.replaceChildren()
      this.#result.replaceChildren(emptyPlace('authority', words.empty))
      return
    }
    this.#showWork()
    this.#showResult()
  }

  #showWork() {
    const signers = this.#nodes.filter(({ signs }) => signs)
    const options = signers.map(({ id, certificate }) => [String(id), certificate.subject])
    const signer = selectField({
      prefix: 'authority-',
      name: 'signer',
      label: words.signer,
      options,
      selected: String(this.#signer),
    })
    signer.addEventListener('change', (event) => {
      this.#signer = Number(event.target.value)
    })
    const close = h('button', { type: 'button', class: 'quiet', onclick: () => this.#forget() })
    close.append(words.close)
    const chosenTab = this.#work.querySelector('[aria-selected="true"]')?.textContent
    const items = this.#tasks()
    const chosen = items.findIndex(({ title }) => title === chosenTab)
    this.#work.replaceChildren(signer, tabs(words.tasks, items, Math.max(0, chosen)), close)
    this.#bindTasks()
  }

  #tasks() {
    const leaf = 'leaf-'
    const under = 'under-'
    const csr = 'csr-'
    const list = 'list-'
    const save = 'save-'
    return [
      {
        title: words.leaf.tab,
        content: formOf(
          leaf,
          words.leaf.button,
          namesField({
            prefix: leaf,
            label: texts.names.label,
            hint: texts.names.hint,
            placeholder: 'localhost',
          }),
          moreOptions(
            keyField(leaf),
            profileField(leaf, PROFILES),
            daysField(leaf, '397'),
            ...subjectFields(leaf, ['CN', 'O']),
          ),
        ),
      },
      {
        title: words.under.tab,
        content: formOf(
          under,
          words.under.button,
          textField({ prefix: under, name: 'CN', large: true, label: words.under.label }),
          textField({
            prefix: under,
            name: 'permitted',
            label: words.permitted.label,
            hint: words.permitted.hint,
            autocapitalize: 'none',
          }),
          moreOptions(
            keyField(under),
            daysField(under, '1825'),
            this.#pathLenField(under, '0'),
            ...subjectFields(under, ['O', 'C']),
          ),
        ),
      },
      {
        title: words.request.tab,
        content: formOf(
          csr,
          words.request.button,
          textArea({
            prefix: csr,
            name: 'csr',
            label: words.request.csr,
            hint: words.request.hint,
            placeholder: '-----BEGIN CERTIFICATE REQUEST-----',
          }),
          h('div', { class: 'pair' }, profileField(csr, PROFILES), daysField(csr, '397')),
        ),
      },
      {
        title: words.list.tab,
        content: formOf(
          list,
          words.list.button,
          h('p', { class: 'hint' }, words.list.hint),
          textField({
            prefix: list,
            name: 'days',
            label: words.list.days,
            inputmode: 'numeric',
            placeholder: '30',
          }),
        ),
      },
      {
        title: words.keep.tab,
        content: formOf(
          save,
          words.keep.button,
          h('p', { class: 'hint' }, words.keep.hint),
          passphraseField({
            prefix: save,
            name: 'passphrase',
            label: words.keep.passphrase,
            isNew: true,
          }),
          h('button', { type: 'submit', name: 'browser', value: 'yes' }, words.keep.keepButton),
        ),
      },
    ]
  }

  #bindTasks() {
    const run = (job, order, work) => this.#runs(job, { issuer: this.#signer, ...order }, work)
    const leaf = this.#form('leaf-')
    this.#does(leaf, 'leaf-', (work) => {
      const names = namesIn(leaf.value('names'))
      const subject = leaf.subject()
      if (names.length === 0 && subject.length === 0) {
        throw new FormError('names', texts.names.missing)
      }
      const template = {
        profile: leaf.value('profile'),
        ...leaf.days(),
        ...(subject.length > 0 && { subject }),
      }
      return run('issue', { names, key: leaf.value('key'), keyFormat: 'pkcs8', template }, work)
    })
    const under = this.#form('under-', inputOfAuthority)
    this.#does(under, 'under-', (work) => this.#makeAuthority(under, this.#signer, work))
    const csr = this.#form('csr-')
    csr.element('csr').value ||= this.#csr
    this.#does(csr, 'csr-', (work) => {
      const template = { profile: csr.value('profile'), ...csr.days() }
      return run('signRequest', { csr: csr.value('csr'), template }, work)
    })
    const list = this.#form('list-')
    this.#does(list, 'list-', (work) =>
      this.#runs('nextList', { id: this.#signer, ...list.days() }, work),
    )
    this.#bindSave()
  }

  #form(prefix, inputOf) {
    const form = new Form(byId(`${prefix}form`), { prefix, ...(inputOf && { inputOf }) })
    form.recall()
    return form
  }

  #bindSave() {
    const form = this.#form('save-')
    form.onSubmit(async ({ submitter }) => {
      form.clearErrors()
      const buttons = [...byId('save-form').querySelectorAll('button')]
      try {
        const passphrase = form.secret('passphrase')
        if (passphrase === '') throw new FormError('passphrase', words.keep.needed)
        buttons.forEach((button) => (button.disabled = true))
        announce(words.keep.working)
        const { text } = await this.#bridge.run('saveAuthorities', { passphrase })
        await this.#give(text, submitter?.name === 'browser')
        this.#saved = true
        this.#showResult()
      } catch (error) {
        form.showError(error)
      } finally {
        buttons.forEach((button) => (button.disabled = false))
      }
    })
  }

  async #give(text, inBrowser) {
    const name = this.#nodes[0].certificate.subject
    if (!inBrowser) {
      download('authority.pem', text)
      announce(words.keep.saved)
      return
    }
    await keep(name, text).catch(() => {
      throw new FormError('form', words.keep.unavailable)
    })
    announce(words.keep.kept(name))
  }

  // -------------------------------------------------------------- what is shown

  #showResult() {
    const node = this.#node(this.#chosen)
    const choose = (id) => {
      this.#chosen = id
      this.#showResult()
      this.#result.querySelector('[aria-pressed="true"]').focus()
    }
    const picture = h('h2', { class: 'panel-title', tabindex: '-1' }, words.tree)
    this.#result.replaceChildren(
      h(
        'section',
        { class: 'panel' },
        picture,
        tree(this.#nodes, this.#chosen, choose),
        this.#saved ? undefined : h('p', { class: 'trust' }, words.unsaved),
      ),
      ...nodePanels(this.#bridge, node, {
        root: this.#nodes[0],
        issuer: this.#node(node.issuer),
        files: this.#files.get(node.id),
        ordered: this.#orders.get(node.id),
        canRevoke: Boolean(this.#node(node.issuer)?.signs),
        revoke: (reason) => this.#revoke(node.id, reason),
      }),
    )
  }

  async #revoke(id, reason) {
    const { nodes } = await this.#bridge.run('revoke', { id, reason })
    this.#nodes = nodes
    this.#saved = false
    this.#showResult()
    this.#result.querySelector('[aria-pressed="true"]').focus()
  }
}

/** An authority's form has a field for its constraints. */
function inputOfAuthority(field) {
  if (field.includes('nameConstraints')) return 'permitted'
  if (field.includes('basicConstraints')) return 'pathLen'
  if (field.startsWith('subject.')) return field.slice('subject.'.length)
  return field === 'subject' ? 'CN' : field
}

const inputOfOpen = (field) => (field === 'passphrase' ? field : 'file')
