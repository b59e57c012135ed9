package main

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// groups are the headings above the settings of a server.
var groups = kong.Groups{
	"kept":     "Where things are kept:",
	"pages":    "Pages, over HTTPS in one of three ways (domain, cert, proxies):",
	"audio":    "Audio that finds no direct way:",
	"nodes":    "Several nodes, joined in one of two ways (bus-url, bus-listen):",
	"mail":     "E-mail and webhooks:",
	"managers": "Managers:",
	"work":     "Watching and changing:",
}

// used are the server's settings that a command beside the server looks at. It
// takes the others too, so that one environment does for all commands, but its
// help leaves them out.
var used = map[string][]string{
	"provision":    {"data", "database", "keys"},
	"link":         {"data", "database", "keys", "listen", "base", "domain"},
	"manager-link": {"data", "database", "keys", "listen", "base", "domain"},
	"backup":       {"data", "database", "keys"},
	"audit":        {"data", "database", "keys"},
}

func hideUnused(k *kong.Kong) error {
	for _, command := range k.Model.Children {
		shown, some := used[command.Name]
		for _, f := range command.Flags {
			f.Hidden = f.Hidden || some && f.Group != nil && !slices.Contains(shown, f.Name)
		}
	}
	return nil
}

// meaning is what help says about a setting. Its variable goes without saying;
// see serve.Help.
func meaning(v *kong.Value) string {
	if v.Flag != nil && isSecret(v.Flag) && len(v.Flag.Envs) > 0 {
		return fmt.Sprintf("%s $%s_FILE can name a file that holds it.", v.Help, v.Flag.Envs[0])
	}
	return v.Help
}
