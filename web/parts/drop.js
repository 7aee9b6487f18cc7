/** Files dropped anywhere on a flow. */

/** @param {HTMLElement} place @param {(files: File[]) => void} take */
export function dropZone(place, take) {
  const hasFiles = ({ dataTransfer }) => dataTransfer.types.includes('Files')
  place.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    place.dataset.over = ''
  })
  place.addEventListener('dragleave', (event) => {
    if (!place.contains(event.relatedTarget)) delete place.dataset.over
  })
  place.addEventListener('drop', (event) => {
    delete place.dataset.over
    if (!hasFiles(event)) return
    event.preventDefault()
    take([...event.dataTransfer.files])
  })
}
