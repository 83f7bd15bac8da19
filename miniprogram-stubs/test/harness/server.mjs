// One origin for the browser: the compiled mini-program, its files, what it saves, and the product behind it.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.mp4': 'video/mp4',
  '.json': 'application/json',
  '.map': 'application/json',
}
const OF_THE_PRODUCT = /^\/(api|sandbox|s|console|readyz)(\/|$|\?)/

/** Serves until `close()`. `productPort` may be of a product that is not running: then the connection is cut. */
export async function serve({ dist, miniprogram, pictures, productPort }) {
  const saved = new Map()
  const serving = {
    /** What was sent to the product: { method, path, headers, words, status }. */
    requests: [],
    /** A function of the request: when true, the product gets it and the phone never hears the answer. */
    loseAnswerTo: undefined,
  }
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://phone')
    if (OF_THE_PRODUCT.test(request.url)) return void forward(request, response, productPort, serving)
    if (pathname === '/favicon.ico') return void response.writeHead(204).end()
    if (pathname.startsWith('/saved/')) return void keep(request, response, saved, pathname)
    const folder = pathname.startsWith('/files/') ? miniprogram : pathname.startsWith('/pictures/') ? pictures : dist
    const name = pathname.replace(/^\/(files|pictures)\//, '/')
    return void sendFile(response, path.join(folder, name === '/' ? 'index.html' : name))
  })
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return Object.assign(serving, {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}

function sendFile(response, file) {
  fs.readFile(file, (error, data) => {
    if (error) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-store' }).end(data)
  })
}

async function keep(request, response, saved, name) {
  if (request.method === 'PUT') saved.set(name, Buffer.concat(await request.toArray()))
  if (request.method === 'DELETE') saved.delete(name)
  if (request.method !== 'GET') return response.writeHead(204).end()
  const data = saved.get(name)
  return data ? response.writeHead(200, { 'content-type': 'image/jpeg' }).end(data) : response.writeHead(404).end()
}

async function forward(request, response, port, serving) {
  const body = Buffer.concat(await request.toArray())
  const json = request.headers['content-type'] === 'application/json'
  const entry = { method: request.method, path: request.url, headers: request.headers, words: json ? body.toString() : '', status: 0 }
  serving.requests.push(entry)
  const lost = serving.loseAnswerTo?.(request)
  const onward = http.request(
    { host: '127.0.0.1', port, path: request.url, method: request.method, headers: { ...request.headers, host: `127.0.0.1:${port}` } },
    (answer) => {
      entry.status = answer.statusCode
      if (lost) {
        answer.resume()
        return answer.on('end', () => response.destroy())
      }
      response.writeHead(answer.statusCode, answer.headers)
      return answer.pipe(response)
    },
  )
  onward.on('error', () => response.destroy())
  onward.end(body)
}
