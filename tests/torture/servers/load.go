// An HTTP server and its clients in one program: goroutines, connections of one request each and
// connections that are kept. load CLIENTS REQUESTS: prints how many answers were right.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

func answer(question string) string {
	return strings.Repeat(question+"\n", 50)
}

func right(client *http.Client, url, question string) bool {
	response, err := client.Get(url + "?" + question)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == 200 && string(body) == answer(question)
}

func main() {
	clients, _ := strconv.Atoi(os.Args[1])
	requests, _ := strconv.Atoi(os.Args[2])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, answer(r.URL.RawQuery))
	}))
	var good, bad int64
	var all sync.WaitGroup
	for i := 0; i < clients; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
			for k := 0; k < requests; k++ {
				question := fmt.Sprintf("client-%d-asks-%d", i, k)
				if right(client, "http://"+listener.Addr().String()+"/", question) {
					atomic.AddInt64(&good, 1)
				} else {
					atomic.AddInt64(&bad, 1)
				}
			}
		}(i)
	}
	all.Wait()
	fmt.Println("right", good, "wrong", bad)
}
