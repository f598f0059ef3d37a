var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// node_modules/ipaddr.js/lib/ipaddr.js
var require_ipaddr = __commonJS({
  "node_modules/ipaddr.js/lib/ipaddr.js"(exports, module) {
    (function(root) {
      "use strict";
      const ipv4Part = "(0?\\d+|0x[a-f0-9]+)";
      const ipv4Regexes = {
        fourOctet: new RegExp(`^${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}$`, "i"),
        threeOctet: new RegExp(`^${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}$`, "i"),
        twoOctet: new RegExp(`^${ipv4Part}\\.${ipv4Part}$`, "i"),
        longValue: new RegExp(`^${ipv4Part}$`, "i")
      };
      const octalRegex = new RegExp(`^0[0-7]+$`, "i");
      const hexRegex = new RegExp(`^0x[a-f0-9]+$`, "i");
      const zoneIndex = "%[0-9a-z]{1,}";
      const ipv6Part = "(?:[0-9a-f]+::?)+";
      const ipv6Regexes = {
        zoneIndex: new RegExp(zoneIndex, "i"),
        "native": new RegExp(`^(::)?(${ipv6Part})?([0-9a-f]+)?(::)?(${zoneIndex})?$`, "i"),
        deprecatedTransitional: new RegExp(`^(?:::)(${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}(${zoneIndex})?)$`, "i"),
        transitional: new RegExp(`^((?:${ipv6Part})|(?:::)(?:${ipv6Part})?)${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}\\.${ipv4Part}(${zoneIndex})?$`, "i")
      };
      function expandIPv6(string, parts) {
        if (string.indexOf("::") !== string.lastIndexOf("::")) {
          return null;
        }
        let colonCount = 0;
        let lastColon = -1;
        let zoneId = (string.match(ipv6Regexes.zoneIndex) || [])[0];
        let replacement, replacementCount;
        if (zoneId) {
          zoneId = zoneId.substring(1);
          string = string.replace(/%.+$/, "");
        }
        while ((lastColon = string.indexOf(":", lastColon + 1)) >= 0) {
          colonCount++;
        }
        if (string.substr(0, 2) === "::") {
          colonCount--;
        }
        if (string.substr(-2, 2) === "::") {
          colonCount--;
        }
        if (colonCount >= parts) {
          return null;
        }
        replacementCount = parts - colonCount;
        replacement = ":";
        while (replacementCount--) {
          replacement += "0:";
        }
        string = string.replace("::", replacement);
        if (string[0] === ":") {
          string = string.slice(1);
        }
        if (string[string.length - 1] === ":") {
          string = string.slice(0, -1);
        }
        parts = (function() {
          const ref = string.split(":");
          const results = [];
          for (let i = 0; i < ref.length; i++) {
            results.push(ref[i].length > 4 ? NaN : parseInt(ref[i], 16));
          }
          return results;
        })();
        return {
          parts,
          zoneId
        };
      }
      function matchCIDR(first, second, partSize, cidrBits) {
        if (first.length !== second.length) {
          throw new Error("ipaddr: cannot match CIDR for objects with different lengths");
        }
        let part = 0;
        let shift;
        while (cidrBits > 0) {
          shift = partSize - cidrBits;
          if (shift < 0) {
            shift = 0;
          }
          if (first[part] >> shift !== second[part] >> shift) {
            return false;
          }
          cidrBits -= partSize;
          part += 1;
        }
        return true;
      }
      function parseIntAuto(string) {
        if (hexRegex.test(string)) {
          return parseInt(string, 16);
        }
        if (string[0] === "0" && !isNaN(parseInt(string[1], 10))) {
          if (octalRegex.test(string)) {
            return parseInt(string, 8);
          }
          throw new Error(`ipaddr: cannot parse ${string} as octal`);
        }
        return parseInt(string, 10);
      }
      function padPart(part, length) {
        while (part.length < length) {
          part = `0${part}`;
        }
        return part;
      }
      const ipaddr2 = {};
      ipaddr2.IPv4 = (function() {
        function IPv4(octets) {
          if (octets.length !== 4) {
            throw new Error("ipaddr: ipv4 octet count should be 4");
          }
          let i, octet2;
          for (i = 0; i < octets.length; i++) {
            octet2 = octets[i];
            if (!(0 <= octet2 && octet2 <= 255)) {
              throw new Error("ipaddr: ipv4 octet should fit in 8 bits");
            }
          }
          this.octets = octets;
        }
        IPv4.prototype.SpecialRanges = {
          unspecified: [[new IPv4([0, 0, 0, 0]), 8]],
          broadcast: [[new IPv4([255, 255, 255, 255]), 32]],
          // RFC3171
          multicast: [[new IPv4([224, 0, 0, 0]), 4]],
          // RFC3927
          linkLocal: [[new IPv4([169, 254, 0, 0]), 16]],
          // RFC5735
          loopback: [[new IPv4([127, 0, 0, 0]), 8]],
          // RFC6598
          carrierGradeNat: [[new IPv4([100, 64, 0, 0]), 10]],
          // RFC1918
          "private": [
            [new IPv4([10, 0, 0, 0]), 8],
            [new IPv4([172, 16, 0, 0]), 12],
            [new IPv4([192, 168, 0, 0]), 16]
          ],
          // Reserved and testing-only ranges; RFCs 5735, 5737, 2544, 1700
          reserved: [
            [new IPv4([192, 0, 0, 0]), 24],
            [new IPv4([192, 0, 2, 0]), 24],
            [new IPv4([192, 88, 99, 0]), 24],
            [new IPv4([198, 18, 0, 0]), 15],
            [new IPv4([198, 51, 100, 0]), 24],
            [new IPv4([203, 0, 113, 0]), 24],
            [new IPv4([240, 0, 0, 0]), 4]
          ],
          // RFC7534, RFC7535
          as112: [
            [new IPv4([192, 175, 48, 0]), 24],
            [new IPv4([192, 31, 196, 0]), 24]
          ],
          // RFC7450
          amt: [
            [new IPv4([192, 52, 193, 0]), 24]
          ]
        };
        IPv4.prototype.kind = function() {
          return "ipv4";
        };
        IPv4.prototype.match = function(other, cidrRange) {
          let ref;
          if (cidrRange === void 0) {
            ref = other;
            other = ref[0];
            cidrRange = ref[1];
          }
          if (other.kind() !== "ipv4") {
            throw new Error("ipaddr: cannot match ipv4 address with non-ipv4 one");
          }
          return matchCIDR(this.octets, other.octets, 8, cidrRange);
        };
        IPv4.prototype.prefixLengthFromSubnetMask = function() {
          let cidr = 0;
          let stop = false;
          const zerotable = {
            0: 8,
            128: 7,
            192: 6,
            224: 5,
            240: 4,
            248: 3,
            252: 2,
            254: 1,
            255: 0
          };
          let i, octet2, zeros;
          for (i = 3; i >= 0; i -= 1) {
            octet2 = this.octets[i];
            if (octet2 in zerotable) {
              zeros = zerotable[octet2];
              if (stop && zeros !== 0) {
                return null;
              }
              if (zeros !== 8) {
                stop = true;
              }
              cidr += zeros;
            } else {
              return null;
            }
          }
          return 32 - cidr;
        };
        IPv4.prototype.range = function() {
          return ipaddr2.subnetMatch(this, this.SpecialRanges);
        };
        IPv4.prototype.toByteArray = function() {
          return this.octets.slice(0);
        };
        IPv4.prototype.toIPv4MappedAddress = function() {
          return ipaddr2.IPv6.parse(`::ffff:${this.toString()}`);
        };
        IPv4.prototype.toNormalizedString = function() {
          return this.toString();
        };
        IPv4.prototype.toString = function() {
          return this.octets.join(".");
        };
        return IPv4;
      })();
      ipaddr2.IPv4.broadcastAddressFromCIDR = function(string) {
        try {
          const cidr = this.parseCIDR(string);
          const ipInterfaceOctets = cidr[0].toByteArray();
          const subnetMaskOctets = this.subnetMaskFromPrefixLength(cidr[1]).toByteArray();
          const octets = [];
          let i = 0;
          while (i < 4) {
            octets.push(parseInt(ipInterfaceOctets[i], 10) | parseInt(subnetMaskOctets[i], 10) ^ 255);
            i++;
          }
          return new this(octets);
        } catch (e) {
          throw new Error("ipaddr: the address does not have IPv4 CIDR format", { cause: e });
        }
      };
      ipaddr2.IPv4.isIPv4 = function(string) {
        return this.parser(string) !== null;
      };
      ipaddr2.IPv4.isValid = function(string) {
        try {
          new this(this.parser(string));
          return true;
        } catch {
          return false;
        }
      };
      ipaddr2.IPv4.isValidCIDR = function(string) {
        try {
          this.parseCIDR(string);
          return true;
        } catch {
          return false;
        }
      };
      ipaddr2.IPv4.isValidFourPartDecimal = function(string) {
        if (ipaddr2.IPv4.isValid(string) && string.match(/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/)) {
          return true;
        } else {
          return false;
        }
      };
      ipaddr2.IPv4.isValidCIDRFourPartDecimal = function(string) {
        const match = string.match(/^(.+)\/(\d+)$/);
        if (!ipaddr2.IPv4.isValidCIDR(string) || !match) {
          return false;
        }
        return ipaddr2.IPv4.isValidFourPartDecimal(match[1]);
      };
      ipaddr2.IPv4.networkAddressFromCIDR = function(string) {
        let cidr, i, ipInterfaceOctets, octets, subnetMaskOctets;
        try {
          cidr = this.parseCIDR(string);
          ipInterfaceOctets = cidr[0].toByteArray();
          subnetMaskOctets = this.subnetMaskFromPrefixLength(cidr[1]).toByteArray();
          octets = [];
          i = 0;
          while (i < 4) {
            octets.push(parseInt(ipInterfaceOctets[i], 10) & parseInt(subnetMaskOctets[i], 10));
            i++;
          }
          return new this(octets);
        } catch (e) {
          throw new Error("ipaddr: the address does not have IPv4 CIDR format", { cause: e });
        }
      };
      ipaddr2.IPv4.parse = function(string) {
        const parts = this.parser(string);
        if (parts === null) {
          throw new Error("ipaddr: string is not formatted like an IPv4 Address");
        }
        return new this(parts);
      };
      ipaddr2.IPv4.parseCIDR = function(string) {
        let match;
        if (match = string.match(/^(.+)\/(\d+)$/)) {
          const maskLength = parseInt(match[2]);
          if (maskLength >= 0 && maskLength <= 32) {
            const parsed = [this.parse(match[1]), maskLength];
            Object.defineProperty(parsed, "toString", {
              value: function() {
                return this.join("/");
              }
            });
            return parsed;
          }
        }
        throw new Error("ipaddr: string is not formatted like an IPv4 CIDR range");
      };
      ipaddr2.IPv4.parser = function(string) {
        let match, part, value;
        if (match = string.match(ipv4Regexes.fourOctet)) {
          return (function() {
            const ref = match.slice(1, 6);
            const results = [];
            for (let i = 0; i < ref.length; i++) {
              part = ref[i];
              results.push(parseIntAuto(part));
            }
            return results;
          })();
        } else if (match = string.match(ipv4Regexes.longValue)) {
          value = parseIntAuto(match[1]);
          if (value > 4294967295 || value < 0) {
            throw new Error("ipaddr: address outside defined range");
          }
          return (function() {
            const results = [];
            let shift;
            for (shift = 0; shift <= 24; shift += 8) {
              results.push(value >> shift & 255);
            }
            return results;
          })().reverse();
        } else if (match = string.match(ipv4Regexes.twoOctet)) {
          return (function() {
            const ref = match.slice(1, 4);
            const results = [];
            value = parseIntAuto(ref[1]);
            if (value > 16777215 || value < 0) {
              throw new Error("ipaddr: address outside defined range");
            }
            results.push(parseIntAuto(ref[0]));
            results.push(value >> 16 & 255);
            results.push(value >> 8 & 255);
            results.push(value & 255);
            return results;
          })();
        } else if (match = string.match(ipv4Regexes.threeOctet)) {
          return (function() {
            const ref = match.slice(1, 5);
            const results = [];
            value = parseIntAuto(ref[2]);
            if (value > 65535 || value < 0) {
              throw new Error("ipaddr: address outside defined range");
            }
            results.push(parseIntAuto(ref[0]));
            results.push(parseIntAuto(ref[1]));
            results.push(value >> 8 & 255);
            results.push(value & 255);
            return results;
          })();
        } else {
          return null;
        }
      };
      ipaddr2.IPv4.subnetMaskFromPrefixLength = function(prefix) {
        prefix = parseInt(prefix);
        if (Number.isNaN(prefix) || prefix < 0 || prefix > 32) {
          throw new Error("ipaddr: invalid IPv4 prefix length");
        }
        const octets = [0, 0, 0, 0];
        let j = 0;
        const filledOctetCount = Math.floor(prefix / 8);
        while (j < filledOctetCount) {
          octets[j] = 255;
          j++;
        }
        if (filledOctetCount < 4) {
          octets[filledOctetCount] = Math.pow(2, prefix % 8) - 1 << 8 - prefix % 8;
        }
        return new this(octets);
      };
      ipaddr2.IPv6 = (function() {
        function IPv6(parts, zoneId) {
          let i, part;
          if (parts.length === 16) {
            this.parts = [];
            for (i = 0; i <= 14; i += 2) {
              this.parts.push(parts[i] << 8 | parts[i + 1]);
            }
          } else if (parts.length === 8) {
            this.parts = parts;
          } else {
            throw new Error("ipaddr: ipv6 part count should be 8 or 16");
          }
          for (i = 0; i < this.parts.length; i++) {
            part = this.parts[i];
            if (!(0 <= part && part <= 65535)) {
              throw new Error("ipaddr: ipv6 part should fit in 16 bits");
            }
          }
          if (zoneId) {
            this.zoneId = zoneId;
          }
        }
        IPv6.prototype.SpecialRanges = {
          // RFC4291, here and after
          unspecified: [new IPv6([0, 0, 0, 0, 0, 0, 0, 0]), 128],
          linkLocal: [new IPv6([65152, 0, 0, 0, 0, 0, 0, 0]), 10],
          multicast: [new IPv6([65280, 0, 0, 0, 0, 0, 0, 0]), 8],
          loopback: [new IPv6([0, 0, 0, 0, 0, 0, 0, 1]), 128],
          uniqueLocal: [new IPv6([64512, 0, 0, 0, 0, 0, 0, 0]), 7],
          ipv4Mapped: [new IPv6([0, 0, 0, 0, 0, 65535, 0, 0]), 96],
          // RFC3879
          deprecatedSiteLocal: [new IPv6([65216, 0, 0, 0, 0, 0, 0, 0]), 10],
          // RFC6666
          discard: [new IPv6([256, 0, 0, 0, 0, 0, 0, 0]), 64],
          // RFC6145
          rfc6145: [new IPv6([0, 0, 0, 0, 65535, 0, 0, 0]), 96],
          rfc6052: [
            // RFC6052
            [new IPv6([100, 65435, 0, 0, 0, 0, 0, 0]), 96],
            // RFC8215
            [new IPv6([100, 65435, 1, 0, 0, 0, 0, 0]), 48]
          ],
          // RFC3056
          "6to4": [new IPv6([8194, 0, 0, 0, 0, 0, 0, 0]), 16],
          // RFC6052, RFC6146
          teredo: [new IPv6([8193, 0, 0, 0, 0, 0, 0, 0]), 32],
          // RFC5180
          benchmarking: [new IPv6([8193, 2, 0, 0, 0, 0, 0, 0]), 48],
          // RFC7450
          amt: [new IPv6([8193, 3, 0, 0, 0, 0, 0, 0]), 32],
          as112v6: [
            // RFC7535
            [new IPv6([8193, 4, 274, 0, 0, 0, 0, 0]), 48],
            // RFC7534
            [new IPv6([9760, 79, 32768, 0, 0, 0, 0, 0]), 48]
          ],
          // RFC4843
          deprecatedOrchid: [new IPv6([8193, 16, 0, 0, 0, 0, 0, 0]), 28],
          // RFC7343
          orchid2: [new IPv6([8193, 32, 0, 0, 0, 0, 0, 0]), 28],
          // RFC9374
          droneRemoteIdProtocolEntityTags: [new IPv6([8193, 48, 0, 0, 0, 0, 0, 0]), 28],
          // RFC9602
          segmentRouting: [new IPv6([24320, 0, 0, 0, 0, 0, 0, 0]), 16],
          reserved: [
            // RFC3849
            [new IPv6([8193, 0, 0, 0, 0, 0, 0, 0]), 23],
            // RFC2928
            [new IPv6([8193, 3512, 0, 0, 0, 0, 0, 0]), 32],
            // RFC9637
            [new IPv6([16383, 0, 0, 0, 0, 0, 0, 0]), 20]
          ]
        };
        IPv6.prototype.isIPv4MappedAddress = function() {
          return this.range() === "ipv4Mapped";
        };
        IPv6.prototype.kind = function() {
          return "ipv6";
        };
        IPv6.prototype.match = function(other, cidrRange) {
          let ref;
          if (cidrRange === void 0) {
            ref = other;
            other = ref[0];
            cidrRange = ref[1];
          }
          if (other.kind() !== "ipv6") {
            throw new Error("ipaddr: cannot match ipv6 address with non-ipv6 one");
          }
          return matchCIDR(this.parts, other.parts, 16, cidrRange);
        };
        IPv6.prototype.prefixLengthFromSubnetMask = function() {
          let cidr = 0;
          let stop = false;
          const zerotable = {
            0: 16,
            32768: 15,
            49152: 14,
            57344: 13,
            61440: 12,
            63488: 11,
            64512: 10,
            65024: 9,
            65280: 8,
            65408: 7,
            65472: 6,
            65504: 5,
            65520: 4,
            65528: 3,
            65532: 2,
            65534: 1,
            65535: 0
          };
          let part, zeros;
          for (let i = 7; i >= 0; i -= 1) {
            part = this.parts[i];
            if (part in zerotable) {
              zeros = zerotable[part];
              if (stop && zeros !== 0) {
                return null;
              }
              if (zeros !== 16) {
                stop = true;
              }
              cidr += zeros;
            } else {
              return null;
            }
          }
          return 128 - cidr;
        };
        IPv6.prototype.range = function() {
          return ipaddr2.subnetMatch(this, this.SpecialRanges);
        };
        IPv6.prototype.toByteArray = function() {
          let part;
          const bytes = [];
          const ref = this.parts;
          for (let i = 0; i < ref.length; i++) {
            part = ref[i];
            bytes.push(part >> 8);
            bytes.push(part & 255);
          }
          return bytes;
        };
        IPv6.prototype.toFixedLengthString = function() {
          const addr = (function() {
            const results = [];
            for (let i = 0; i < this.parts.length; i++) {
              results.push(padPart(this.parts[i].toString(16), 4));
            }
            return results;
          }).call(this).join(":");
          let suffix = "";
          if (this.zoneId) {
            suffix = `%${this.zoneId}`;
          }
          return addr + suffix;
        };
        IPv6.prototype.toIPv4Address = function() {
          if (!this.isIPv4MappedAddress()) {
            throw new Error("ipaddr: trying to convert a generic ipv6 address to ipv4");
          }
          const ref = this.parts.slice(-2);
          const high = ref[0];
          const low = ref[1];
          return new ipaddr2.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
        };
        IPv6.prototype.toNormalizedString = function() {
          const addr = (function() {
            const results = [];
            for (let i = 0; i < this.parts.length; i++) {
              results.push(this.parts[i].toString(16));
            }
            return results;
          }).call(this).join(":");
          let suffix = "";
          if (this.zoneId) {
            suffix = `%${this.zoneId}`;
          }
          return addr + suffix;
        };
        IPv6.prototype.toRFC5952String = function() {
          const regex = /((^|:)(0(:|$)){2,})/g;
          let suffix = "";
          if (this.zoneId) {
            suffix = `%${this.zoneId}`;
          }
          const normalized = this.toNormalizedString();
          const string = normalized.slice(0, normalized.length - suffix.length);
          let bestMatchIndex = 0;
          let bestMatchLength = -1;
          let bestMatchGroups = -1;
          let match;
          while (match = regex.exec(string)) {
            const groups = (match[0].match(/0/g) || []).length;
            if (groups > bestMatchGroups) {
              bestMatchGroups = groups;
              bestMatchIndex = match.index;
              bestMatchLength = match[0].length;
            }
          }
          if (bestMatchLength < 0) {
            return string + suffix;
          }
          return `${string.substring(0, bestMatchIndex)}::${string.substring(bestMatchIndex + bestMatchLength)}${suffix}`;
        };
        IPv6.prototype.toString = function() {
          return this.toRFC5952String();
        };
        return IPv6;
      })();
      ipaddr2.IPv6.broadcastAddressFromCIDR = function(string) {
        try {
          const cidr = this.parseCIDR(string);
          const ipInterfaceOctets = cidr[0].toByteArray();
          const subnetMaskOctets = this.subnetMaskFromPrefixLength(cidr[1]).toByteArray();
          const octets = [];
          let i = 0;
          while (i < 16) {
            octets.push(parseInt(ipInterfaceOctets[i], 10) | parseInt(subnetMaskOctets[i], 10) ^ 255);
            i++;
          }
          return new this(octets);
        } catch (e) {
          throw new Error("ipaddr: the address does not have IPv6 CIDR format", { cause: e });
        }
      };
      ipaddr2.IPv6.isIPv6 = function(string) {
        return this.parser(string) !== null;
      };
      ipaddr2.IPv6.isValid = function(string) {
        if (typeof string === "string" && string.indexOf(":") === -1) {
          return false;
        }
        try {
          const addr = this.parser(string);
          new this(addr.parts, addr.zoneId);
          return true;
        } catch {
          return false;
        }
      };
      ipaddr2.IPv6.isValidCIDR = function(string) {
        if (typeof string === "string" && string.indexOf(":") === -1) {
          return false;
        }
        try {
          this.parseCIDR(string);
          return true;
        } catch {
          return false;
        }
      };
      ipaddr2.IPv6.networkAddressFromCIDR = function(string) {
        let cidr, i, ipInterfaceOctets, octets, subnetMaskOctets;
        try {
          cidr = this.parseCIDR(string);
          ipInterfaceOctets = cidr[0].toByteArray();
          subnetMaskOctets = this.subnetMaskFromPrefixLength(cidr[1]).toByteArray();
          octets = [];
          i = 0;
          while (i < 16) {
            octets.push(parseInt(ipInterfaceOctets[i], 10) & parseInt(subnetMaskOctets[i], 10));
            i++;
          }
          return new this(octets);
        } catch (e) {
          throw new Error("ipaddr: the address does not have IPv6 CIDR format", { cause: e });
        }
      };
      ipaddr2.IPv6.parse = function(string) {
        const addr = this.parser(string);
        if (addr === null) {
          throw new Error("ipaddr: string is not formatted like an IPv6 Address");
        }
        return new this(addr.parts, addr.zoneId);
      };
      ipaddr2.IPv6.parseCIDR = function(string) {
        let maskLength, match, parsed;
        if (match = string.match(/^(.+)\/(\d+)$/)) {
          maskLength = parseInt(match[2]);
          if (maskLength >= 0 && maskLength <= 128) {
            parsed = [this.parse(match[1]), maskLength];
            Object.defineProperty(parsed, "toString", {
              value: function() {
                return this.join("/");
              }
            });
            return parsed;
          }
        }
        throw new Error("ipaddr: string is not formatted like an IPv6 CIDR range");
      };
      ipaddr2.IPv6.parser = function(string) {
        let addr, i, match, octet2, octets, zoneId;
        if (match = string.match(ipv6Regexes.deprecatedTransitional)) {
          return this.parser(`::ffff:${match[1]}`);
        }
        if (ipv6Regexes.native.test(string)) {
          return expandIPv6(string, 8);
        }
        if (match = string.match(ipv6Regexes.transitional)) {
          zoneId = match[6] || "";
          addr = match[1];
          if (!match[1].endsWith("::")) {
            addr = addr.slice(0, -1);
          }
          addr = expandIPv6(addr + zoneId, 6);
          if (addr && addr.parts) {
            octets = [
              parseInt(match[2]),
              parseInt(match[3]),
              parseInt(match[4]),
              parseInt(match[5])
            ];
            for (i = 0; i < octets.length; i++) {
              octet2 = octets[i];
              if (!(0 <= octet2 && octet2 <= 255)) {
                return null;
              }
            }
            addr.parts.push(octets[0] << 8 | octets[1]);
            addr.parts.push(octets[2] << 8 | octets[3]);
            return {
              parts: addr.parts,
              zoneId: addr.zoneId
            };
          }
        }
        return null;
      };
      ipaddr2.IPv6.subnetMaskFromPrefixLength = function(prefix) {
        prefix = parseInt(prefix);
        if (Number.isNaN(prefix) || prefix < 0 || prefix > 128) {
          throw new Error("ipaddr: invalid IPv6 prefix length");
        }
        const octets = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let j = 0;
        const filledOctetCount = Math.floor(prefix / 8);
        while (j < filledOctetCount) {
          octets[j] = 255;
          j++;
        }
        if (filledOctetCount < 16) {
          octets[filledOctetCount] = Math.pow(2, prefix % 8) - 1 << 8 - prefix % 8;
        }
        return new this(octets);
      };
      ipaddr2.fromByteArray = function(bytes) {
        const length = bytes.length;
        if (length === 4) {
          return new ipaddr2.IPv4(bytes);
        } else if (length === 16) {
          return new ipaddr2.IPv6(bytes);
        } else {
          throw new Error("ipaddr: the binary input is neither an IPv6 nor IPv4 address");
        }
      };
      ipaddr2.isValid = function(string) {
        return ipaddr2.IPv6.isValid(string) || ipaddr2.IPv4.isValid(string);
      };
      ipaddr2.isValidCIDR = function(string) {
        return ipaddr2.IPv6.isValidCIDR(string) || ipaddr2.IPv4.isValidCIDR(string);
      };
      ipaddr2.parse = function(string) {
        if (ipaddr2.IPv6.isValid(string)) {
          return ipaddr2.IPv6.parse(string);
        } else if (ipaddr2.IPv4.isValid(string)) {
          return ipaddr2.IPv4.parse(string);
        } else {
          throw new Error("ipaddr: the address has neither IPv6 nor IPv4 format");
        }
      };
      ipaddr2.parseCIDR = function(string) {
        try {
          return ipaddr2.IPv6.parseCIDR(string);
        } catch {
          try {
            return ipaddr2.IPv4.parseCIDR(string);
          } catch (e) {
            throw new Error("ipaddr: the address has neither IPv6 nor IPv4 CIDR format", { cause: e });
          }
        }
      };
      ipaddr2.process = function(string) {
        const addr = this.parse(string);
        if (addr.kind() === "ipv6" && addr.isIPv4MappedAddress()) {
          return addr.toIPv4Address();
        } else {
          return addr;
        }
      };
      ipaddr2.subnetMatch = function(address2, rangeList, defaultName) {
        let i, rangeName, rangeSubnets, subnet;
        if (defaultName === void 0 || defaultName === null) {
          defaultName = "unicast";
        }
        for (rangeName in rangeList) {
          if (Object.prototype.hasOwnProperty.call(rangeList, rangeName)) {
            rangeSubnets = rangeList[rangeName];
            if (rangeSubnets[0] && !(rangeSubnets[0] instanceof Array)) {
              rangeSubnets = [rangeSubnets];
            }
            for (i = 0; i < rangeSubnets.length; i++) {
              subnet = rangeSubnets[i];
              if (address2.kind() === subnet[0].kind() && address2.match.apply(address2, subnet)) {
                return rangeName;
              }
            }
          }
        }
        return defaultName;
      };
      if (typeof module !== "undefined" && module.exports) {
        module.exports = ipaddr2;
      } else {
        root.ipaddr = ipaddr2;
      }
    })(exports);
  }
});

// src/rtnetlink/errors.ts
import { constants } from "node:os";
var errnoNames = new Map(
  Object.entries(constants.errno).toReversed().map(([name, number]) => [number, name])
);
errnoNames.set(95, "EOPNOTSUPP");
errnoNames.set(524, "ENOTSUPP");
var DecodeError = class _DecodeError extends Error {
  constructor(path, expected, got) {
    super(`${path.length > 0 ? `${path.join(": ")}: ` : ""}expected ${expected}, got ${got}`);
    this.path = path;
    this.expected = expected;
    this.got = got;
  }
  path;
  expected;
  got;
  name = "DecodeError";
  /** The same error as seen from one layer further out. */
  within(name) {
    const outer = new _DecodeError([name, ...this.path], this.expected, this.got);
    outer.cause = this.cause ?? this;
    return outer;
  }
};
var EncodeError = class extends Error {
  name = "EncodeError";
};

// src/rtnetlink/wire/codec.ts
import { endianness } from "node:os";

// src/rtnetlink/wire/address-text.ts
var import_ipaddr = __toESM(require_ipaddr(), 1);
import { isIP, isIPv4 } from "node:net";
var digits = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
var colon = ":".charCodeAt(0);
function formatIp(bytes, start, end) {
  if (end - start === 4) {
    return formatIpv4(bytes, start);
  }
  const address2 = new import_ipaddr.default.IPv6(Array.from(bytes.subarray(start, end)));
  return address2.isIPv4MappedAddress() ? `::ffff:${address2.toIPv4Address()}` : address2.toRFC5952String();
}
var ipv4Texts = /* @__PURE__ */ new Map();
var mostIpv4Texts = 4096;
function formatIpv4(bytes, start) {
  const octet2 = (index) => bytes[start + index];
  const key = octet2(0) << 24 | octet2(1) << 16 | octet2(2) << 8 | octet2(3);
  let text = ipv4Texts.get(key);
  if (text === void 0) {
    text = `${octet2(0)}.${octet2(1)}.${octet2(2)}.${octet2(3)}`;
    if (ipv4Texts.size === mostIpv4Texts) {
      ipv4Texts.clear();
    }
    ipv4Texts.set(key, text);
  }
  return text;
}
var ipv4Bytes = /* @__PURE__ */ new Map();
function parseIpv4(text) {
  let bytes = ipv4Bytes.get(text);
  if (bytes === void 0 && isIPv4(text)) {
    bytes = Uint8Array.from(text.split("."), Number);
    if (ipv4Bytes.size === mostIpv4Texts) {
      ipv4Bytes.clear();
    }
    ipv4Bytes.set(text, bytes);
  }
  return bytes;
}
function parseIp(text) {
  const ipv42 = parseIpv4(text);
  if (ipv42 !== void 0) {
    return ipv42;
  }
  if (!isIP(text) || text.includes("%")) {
    throw new EncodeError(`${JSON.stringify(text)} is no IP address`);
  }
  const unmistakable = text.replace(/^::(?=\d+\.)/, "::0:");
  return Uint8Array.from(import_ipaddr.default.parse(unmistakable).toByteArray());
}
function formatLinkLayerAddress(bytes, start, end) {
  if (end - start === 6) {
    const high = (index) => digits[bytes[start + index] >> 4];
    const low = (index) => digits[bytes[start + index] & 15];
    return String.fromCharCode(
      high(0),
      low(0),
      colon,
      high(1),
      low(1),
      colon,
      high(2),
      low(2),
      colon,
      high(3),
      low(3),
      colon,
      high(4),
      low(4),
      colon,
      high(5),
      low(5)
    );
  }
  return Array.from(bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
var digitValues = Int8Array.from(
  { length: 128 },
  (_, code) => "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase())
);
function digitAt(text, at) {
  return digitValues[text.charCodeAt(at)] ?? -1;
}
function parseLinkLayerAddress(text) {
  const size = text === "" ? 0 : (text.length + 1) / 3;
  const bytes = new Uint8Array(size);
  let isWrong = !Number.isInteger(size);
  for (let index = 0; index < size; index += 1) {
    const [high, low] = [digitAt(text, index * 3), digitAt(text, index * 3 + 1)];
    isWrong ||= high < 0 || low < 0 || index > 0 && text.charCodeAt(index * 3 - 1) !== colon;
    bytes[index] = high << 4 | low;
  }
  if (isWrong) {
    throw new EncodeError(
      `${JSON.stringify(text)} is no link-layer address: expected hex bytes with colons between them`
    );
  }
  return bytes;
}

// src/rtnetlink/wire/codec.ts
var isLittleEndian = endianness() === "LE";
function octet(bytes, at) {
  return bytes[at];
}
function integer(name, size, [low, high], read, write) {
  return {
    size,
    decode(bytes, start, end) {
      if (end - start !== size) {
        throw new DecodeError([], `${size} byte${size > 1 ? "s" : ""}`, `${end - start}`);
      }
      return read(bytes, start);
    },
    encode(value, writer2) {
      if (!Number.isInteger(value) || value < low || value > high) {
        throw new EncodeError(`${value} is no ${name}: expected a whole number from ${low} to ${high}`);
      }
      const { bytes, at } = writer2.reserve(size);
      write(bytes, value, at);
    }
  };
}
var u8 = integer(
  "u8",
  1,
  [0, 255],
  (bytes, at) => bytes.readUInt8(at),
  (bytes, value, at) => bytes.writeUInt8(value, at)
);
var u16be = integer(
  "u16",
  2,
  [0, 65535],
  (bytes, at) => bytes.readUInt16BE(at),
  (bytes, value, at) => bytes.writeUInt16BE(value, at)
);
var u32be = integer(
  "u32",
  4,
  [0, 4294967295],
  (bytes, at) => bytes.readUInt32BE(at),
  (bytes, value, at) => bytes.writeUInt32BE(value, at)
);
var readU16 = isLittleEndian ? (bytes, at) => octet(bytes, at) | octet(bytes, at + 1) << 8 : (bytes, at) => octet(bytes, at) << 8 | octet(bytes, at + 1);
var readS32 = isLittleEndian ? (bytes, at) => readU16(bytes, at) | readU16(bytes, at + 2) << 16 : (bytes, at) => readU16(bytes, at) << 16 | readU16(bytes, at + 2);
function readU32(bytes, at) {
  return readS32(bytes, at) >>> 0;
}
var writeU16 = isLittleEndian ? (bytes, value, at) => bytes.writeUInt16LE(value, at) : (bytes, value, at) => bytes.writeUInt16BE(value, at);
var writeU32 = isLittleEndian ? (bytes, value, at) => bytes.writeUInt32LE(value, at) : (bytes, value, at) => bytes.writeUInt32BE(value, at);
var u16 = integer("u16", 2, [0, 65535], readU16, writeU16);
var u32 = integer("u32", 4, [0, 4294967295], readU32, writeU32);
var s32 = integer(
  "s32",
  4,
  [-2147483648, 2147483647],
  readS32,
  isLittleEndian ? (bytes, value, at) => bytes.writeInt32LE(value, at) : (bytes, value, at) => bytes.writeInt32BE(value, at)
);
var u64 = {
  size: 8,
  decode(bytes, start, end) {
    if (end - start !== 8) {
      throw new DecodeError([], "8 bytes", `${end - start}`);
    }
    return isLittleEndian ? bytes.readBigUInt64LE(start) : bytes.readBigUInt64BE(start);
  },
  encode(value, writer2) {
    if (value < 0n || value > 0xffffffffffffffffn) {
      throw new EncodeError(`${value} is no u64: expected a whole number from 0 to 2^64-1`);
    }
    const { bytes, at } = writer2.reserve(8);
    if (isLittleEndian) {
      bytes.writeBigUInt64LE(value, at);
    } else {
      bytes.writeBigUInt64BE(value, at);
    }
  }
};
var bool = {
  size: 1,
  decode: (bytes, start, end) => u8.decode(bytes, start, end) !== 0,
  encode: (value, writer2) => u8.encode(value ? 1 : 0, writer2)
};
var flag = {
  decode: (bytes, start, end) => end === start || bytes[start] !== 0,
  encode: () => {
  },
  isAbsent: (value) => !value
};
var s32Array = {
  decode(bytes, start, end) {
    if ((end - start) % 4 !== 0) {
      throw new DecodeError([], "a multiple of 4 bytes", `${end - start}`);
    }
    const values = new Array((end - start) / 4);
    for (let index = 0; index < values.length; index += 1) {
      values[index] = readS32(bytes, start + index * 4);
    }
    return values;
  },
  encode(values, writer2) {
    for (const value of values) {
      s32.encode(value, writer2);
    }
  }
};
var hex64 = {
  size: 8,
  decode(bytes, start, end) {
    if (end - start !== 8) {
      throw new DecodeError([], "8 bytes", `${end - start}`);
    }
    return bytes.toString("hex", start, end);
  },
  encode(value, writer2) {
    if (!/^[0-9a-f]{16}$/i.test(value)) {
      throw new EncodeError(`${value} is no run of 8 bytes: expected 16 hex digits`);
    }
    writer2.append(Buffer.from(value, "hex"));
  }
};
var cstring = {
  decode(bytes, start, end) {
    const nul = bytes.indexOf(0, start);
    return bytes.toString("utf8", start, nul === -1 || nul > end ? end : nul);
  },
  encode(value, writer2) {
    if (value.includes("\0")) {
      throw new EncodeError(`${JSON.stringify(value)} is no C string: it holds a NUL`);
    }
    writer2.append(Buffer.from(`${value}\0`));
  }
};
var ip = {
  decode(bytes, start, end) {
    if (end - start !== 4 && end - start !== 16) {
      throw new DecodeError([], "4 or 16 bytes", `${end - start}`);
    }
    return formatIp(bytes, start, end);
  },
  encode: (value, writer2) => writer2.append(parseIp(value))
};
function ipOfLength(length) {
  return {
    decode(bytes, start, end) {
      if (end - start !== length) {
        throw new DecodeError([], `${length} bytes`, `${end - start}`);
      }
      return formatIp(bytes, start, end);
    },
    encode(value, writer2) {
      const address2 = parseIp(value);
      if (address2.length !== length) {
        throw new EncodeError(`${value} is no IPv${length === 4 ? 4 : 6} address`);
      }
      writer2.append(address2);
    }
  };
}
var ipv4 = ipOfLength(4);
var ipv6 = ipOfLength(16);
var linkLayerAddress = {
  decode: formatLinkLayerAddress,
  encode: (value, writer2) => writer2.append(parseLinkLayerAddress(value))
};
var raw = {
  decode: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)),
  encode: (value, writer2) => writer2.append(value)
};

// src/rtnetlink/wire/writer.ts
var Writer = class {
  #bytes;
  #length = 0;
  constructor(capacity = 512) {
    this.#bytes = Buffer.alloc(capacity);
  }
  /** Bytes written so far; also the offset of the next one. */
  get length() {
    return this.#length;
  }
  /** Appends `size` zero bytes and gives the buffer and the offset at which they start, to be filled at once. */
  reserve(size) {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#length = needed;
    return { bytes: this.#bytes, at };
  }
  /** Appends a copy of `payload`. */
  append(payload) {
    const { bytes, at } = this.reserve(payload.length);
    bytes.set(payload, at);
  }
  /** The buffer itself, for mending a length that was not known when its place was reserved. */
  get bytes() {
    return this.#bytes;
  }
  /** A copy of what has been written. */
  finish() {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
  /** Forgets what has been written, so that another message can be. */
  clear() {
    this.#bytes.fill(0, 0, this.#length);
    this.#length = 0;
  }
};
function align(length) {
  return length + 3 & ~3;
}

// src/rtnetlink/wire/attributes.ts
var headerSize = 4;
var typeMask = 16383;
var nestedBit = 32768;
function attr(number, name, codec) {
  return { number, name, codec };
}
function marked(row) {
  return { ...row, isMarkedNested: true };
}
function repeated(number, name, codec) {
  return { number, name, codec, isRepeated: true };
}
function dependent(number, name, chosenBy, choices) {
  return {
    number,
    name,
    chosenBy,
    codec: raw,
    choices: new Map(Object.entries(choices))
  };
}
function isTable(codec) {
  return "pathAt" in codec;
}
function codecOf(row, siblings) {
  if (!("chosenBy" in row)) {
    return row.codec;
  }
  const { chosenBy, choices, codec } = row;
  return choices.get(String(siblings[chosenBy])) ?? codec;
}
function endOfAttribute(bytes, at, end) {
  if (end - at < headerSize) {
    throw new DecodeError([], "an attribute header", `${end - at} trailing bytes`);
  }
  const length = readU16(bytes, at);
  if (length < headerSize || at + length > end) {
    throw new DecodeError([], `an attribute of ${headerSize} to ${end - at} bytes`, `${length}`);
  }
  return at + length;
}
function writeAttribute(writer2, type, name, codec, value) {
  const { at } = writer2.reserve(headerSize);
  try {
    codec.encode(value, writer2);
  } catch (error) {
    throw error instanceof EncodeError ? new EncodeError(`${name}: ${error.message}`, { cause: error }) : error;
  }
  const length = writer2.length - at;
  if (length > 65535) {
    throw new EncodeError(`${name} has ${length} bytes: an attribute holds at most 65535`);
  }
  writeU16(writer2.bytes, length, at);
  writeU16(writer2.bytes, type, at + 2);
  writer2.reserve(align(length) - length);
}
function writeRow(writer2, row, codec, value) {
  if (!codec.isAbsent?.(value)) {
    writeAttribute(writer2, row.isMarkedNested ? row.number | nestedBit : row.number, row.name, codec, value);
  }
}
function appendTo(value, key, item) {
  const items = value[key];
  if (items === void 0) {
    value[key] = [item];
  } else {
    items.push(item);
  }
}
function attributes(rows) {
  const entries = Object.entries(rows).map(
    ([key, row]) => ({ key, row, isRepeated: "isRepeated" in row, isDependent: "chosenBy" in row })
  );
  const byNumber = [];
  for (const entry of entries) {
    byNumber[entry.row.number] = entry;
  }
  return {
    decode(bytes, start, end) {
      const value = {};
      for (let at = start; at < end; ) {
        const payloadStart = at + headerSize;
        const payloadEnd = endOfAttribute(bytes, at, end);
        const type = readU16(bytes, at + 2);
        const entry = byNumber[type & typeMask];
        if (entry === void 0) {
          const attribute = { type, payload: raw.decode(bytes, payloadStart, payloadEnd) };
          appendTo(value, "unknown", attribute);
        } else {
          const { key, row, isRepeated, isDependent } = entry;
          try {
            const codec = isDependent ? codecOf(row, value) : row.codec;
            const item = codec.decode(bytes, payloadStart, payloadEnd);
            if (isRepeated) {
              appendTo(value, key, item);
            } else {
              value[key] = item;
            }
          } catch (error) {
            throw error instanceof DecodeError ? error.within(row.name) : error;
          }
        }
        at += align(payloadEnd - at);
      }
      return value;
    },
    encode(value, writer2) {
      const given = value;
      for (const { key, row, isRepeated } of entries) {
        const item = given[key];
        if (item === void 0) {
          continue;
        }
        const codec = codecOf(row, given);
        if (isRepeated) {
          for (const one of item) {
            writeRow(writer2, row, codec, one);
          }
        } else {
          writeRow(writer2, row, codec, item);
        }
      }
      for (const { type, payload } of value.unknown ?? []) {
        writeAttribute(writer2, type, `attribute ${type & typeMask}`, raw, payload);
      }
    },
    pathAt(bytes, start, end, offset) {
      let path;
      const siblings = {};
      for (let at = start; at < end; ) {
        const payloadStart = at + headerSize;
        const payloadEnd = endOfAttribute(bytes, at, end);
        const number = readU16(bytes, at + 2) & typeMask;
        const entry = byNumber[number];
        const name = entry?.row.name ?? `attribute ${number}`;
        if (at === offset) {
          path = [name];
        } else if (entry !== void 0) {
          const codec = codecOf(entry.row, siblings);
          if (isTable(codec) && offset >= payloadStart && offset < payloadEnd) {
            const inner = codec.pathAt(bytes, payloadStart, payloadEnd, offset);
            path = inner === void 0 ? path : [name, ...inner];
          } else if (!isTable(codec)) {
            siblings[entry.key] = codec.decode(bytes, payloadStart, payloadEnd);
          }
        }
        at += align(payloadEnd - at);
      }
      return path;
    }
  };
}

// src/rtnetlink/wire/struct.ts
function struct(name, take) {
  const outline = new Outline();
  const keys = Object.keys(take(outline));
  const encodePartial = (value, writer2) => {
    for (let index = 0; index < keys.length; index += 1) {
      const { skipped, codec } = outline.fields[index];
      if (skipped > 0) {
        writer2.reserve(skipped);
      }
      codec.encode(value[keys[index]] ?? 0, writer2);
    }
  };
  const { size } = outline;
  return {
    size,
    decode(bytes, start, end) {
      if (end - start < size) {
        throw new DecodeError([name], `${size} bytes`, `${end - start}`);
      }
      return take(reader.from(bytes, start));
    },
    encode: (value, writer2) => encodePartial(value, writer2),
    encodePartial
  };
}
var FieldReader = class {
  #bytes = Buffer.alloc(0);
  #at = 0;
  from(bytes, at) {
    this.#bytes = bytes;
    this.#at = at;
    return this;
  }
  u8() {
    return this.#bytes[this.#advance(1)];
  }
  u16() {
    return readU16(this.#bytes, this.#advance(2));
  }
  u16be() {
    return this.#bytes.readUInt16BE(this.#advance(2));
  }
  u32() {
    return readU32(this.#bytes, this.#advance(4));
  }
  s32() {
    return readS32(this.#bytes, this.#advance(4));
  }
  skip(size) {
    this.#advance(size);
    return this;
  }
  #advance(size) {
    const at = this.#at;
    this.#at = at + size;
    return at;
  }
};
var reader = new FieldReader();
var Outline = class {
  fields = [];
  size = 0;
  #skipped = 0;
  u8 = () => this.#note(u8);
  u16 = () => this.#note(u16);
  u16be = () => this.#note(u16be);
  u32 = () => this.#note(u32);
  s32 = () => this.#note(s32);
  skip(size) {
    this.#skipped += size;
    return this;
  }
  #note(codec) {
    this.fields.push({ skipped: this.#skipped, codec });
    this.size += this.#skipped + codec.size;
    this.#skipped = 0;
    return 0;
  }
};

// src/rtnetlink/messages/route-object.ts
function routeObject(header, table) {
  const attributesStart = align(header.size);
  return {
    decode(bytes, start, end) {
      const value = header.decode(bytes, start, end);
      value.attributes = table.decode(bytes, Math.min(start + attributesStart, end), end);
      return value;
    },
    encode(value, writer2) {
      header.encodePartial(value, writer2);
      writer2.reserve(attributesStart - header.size);
      if (value.attributes !== void 0) {
        table.encode(value.attributes, writer2);
      }
    },
    pathAt: (bytes, start, end, offset) => table.pathAt(bytes, start + attributesStart, end, offset)
  };
}

// src/rtnetlink/messages/address.ts
var ifaddrmsg = struct("struct ifaddrmsg", (next) => ({
  family: next.u8(),
  // AF_INET or AF_INET6
  prefixlen: next.u8(),
  flags: next.u8(),
  // the low 8 bits of IFA_FLAGS
  scope: next.u8(),
  // RT_SCOPE_*
  index: next.u32()
  // ifindex
}));
var cacheinfo = struct("struct ifa_cacheinfo", (next) => ({
  preferred: next.u32(),
  valid: next.u32(),
  created: next.u32(),
  updated: next.u32()
}));
var addressAttributes = attributes({
  address: attr(1, "IFA_ADDRESS", ip),
  // the prefix's address; a point-to-point link's peer
  local: attr(2, "IFA_LOCAL", ip),
  // IPv6 has it only beside a peer
  label: attr(3, "IFA_LABEL", cstring),
  // IPv4 only
  broadcast: attr(4, "IFA_BROADCAST", ip),
  cacheinfo: attr(6, "IFA_CACHEINFO", cacheinfo),
  flags: attr(8, "IFA_FLAGS", u32),
  // IFA_F_*
  rtPriority: attr(9, "IFA_RT_PRIORITY", u32),
  proto: attr(11, "IFA_PROTO", u8)
  // IFAPROT_*; since Linux 5.18
});
var address = routeObject(ifaddrmsg, addressAttributes);

// src/rtnetlink/messages/bridge.ts
var bridge = attributes({
  forwardDelay: attr(1, "IFLA_BR_FORWARD_DELAY", u32),
  helloTime: attr(2, "IFLA_BR_HELLO_TIME", u32),
  maxAge: attr(3, "IFLA_BR_MAX_AGE", u32),
  ageingTime: attr(4, "IFLA_BR_AGEING_TIME", u32),
  stpState: attr(5, "IFLA_BR_STP_STATE", u32),
  priority: attr(6, "IFLA_BR_PRIORITY", u16),
  vlanFiltering: attr(7, "IFLA_BR_VLAN_FILTERING", u8),
  vlanProtocol: attr(8, "IFLA_BR_VLAN_PROTOCOL", u16be),
  // an EtherType
  groupFwdMask: attr(9, "IFLA_BR_GROUP_FWD_MASK", u16),
  rootId: attr(10, "IFLA_BR_ROOT_ID", raw),
  // struct ifla_bridge_id: 2 bytes of priority, 6 of MAC
  bridgeId: attr(11, "IFLA_BR_BRIDGE_ID", raw),
  rootPort: attr(12, "IFLA_BR_ROOT_PORT", u16),
  rootPathCost: attr(13, "IFLA_BR_ROOT_PATH_COST", u32),
  topologyChange: attr(14, "IFLA_BR_TOPOLOGY_CHANGE", u8),
  topologyChangeDetected: attr(15, "IFLA_BR_TOPOLOGY_CHANGE_DETECTED", u8),
  helloTimer: attr(16, "IFLA_BR_HELLO_TIMER", u64),
  tcnTimer: attr(17, "IFLA_BR_TCN_TIMER", u64),
  topologyChangeTimer: attr(18, "IFLA_BR_TOPOLOGY_CHANGE_TIMER", u64),
  gcTimer: attr(19, "IFLA_BR_GC_TIMER", u64),
  groupAddr: attr(20, "IFLA_BR_GROUP_ADDR", linkLayerAddress),
  mcastRouter: attr(22, "IFLA_BR_MCAST_ROUTER", u8),
  mcastSnooping: attr(23, "IFLA_BR_MCAST_SNOOPING", u8),
  mcastQueryUseIfaddr: attr(24, "IFLA_BR_MCAST_QUERY_USE_IFADDR", u8),
  mcastQuerier: attr(25, "IFLA_BR_MCAST_QUERIER", u8),
  mcastHashElasticity: attr(26, "IFLA_BR_MCAST_HASH_ELASTICITY", u32),
  mcastHashMax: attr(27, "IFLA_BR_MCAST_HASH_MAX", u32),
  mcastLastMemberCnt: attr(28, "IFLA_BR_MCAST_LAST_MEMBER_CNT", u32),
  mcastStartupQueryCnt: attr(29, "IFLA_BR_MCAST_STARTUP_QUERY_CNT", u32),
  mcastLastMemberIntvl: attr(30, "IFLA_BR_MCAST_LAST_MEMBER_INTVL", u64),
  mcastMembershipIntvl: attr(31, "IFLA_BR_MCAST_MEMBERSHIP_INTVL", u64),
  mcastQuerierIntvl: attr(32, "IFLA_BR_MCAST_QUERIER_INTVL", u64),
  mcastQueryIntvl: attr(33, "IFLA_BR_MCAST_QUERY_INTVL", u64),
  mcastQueryResponseIntvl: attr(34, "IFLA_BR_MCAST_QUERY_RESPONSE_INTVL", u64),
  mcastStartupQueryIntvl: attr(35, "IFLA_BR_MCAST_STARTUP_QUERY_INTVL", u64),
  nfCallIptables: attr(36, "IFLA_BR_NF_CALL_IPTABLES", u8),
  nfCallIp6tables: attr(37, "IFLA_BR_NF_CALL_IP6TABLES", u8),
  nfCallArptables: attr(38, "IFLA_BR_NF_CALL_ARPTABLES", u8),
  vlanDefaultPvid: attr(39, "IFLA_BR_VLAN_DEFAULT_PVID", u16),
  vlanStatsEnabled: attr(41, "IFLA_BR_VLAN_STATS_ENABLED", u8),
  mcastStatsEnabled: attr(42, "IFLA_BR_MCAST_STATS_ENABLED", u8),
  mcastIgmpVersion: attr(43, "IFLA_BR_MCAST_IGMP_VERSION", u8),
  mcastMldVersion: attr(44, "IFLA_BR_MCAST_MLD_VERSION", u8),
  vlanStatsPerPort: attr(45, "IFLA_BR_VLAN_STATS_PER_PORT", u8),
  multiBoolopt: attr(46, "IFLA_BR_MULTI_BOOLOPT", raw)
  // struct br_boolopt_multi: u32 values, u32 mask
});
var bridgePort = attributes({
  state: attr(1, "IFLA_BRPORT_STATE", u8),
  // 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking
  priority: attr(2, "IFLA_BRPORT_PRIORITY", u16),
  cost: attr(3, "IFLA_BRPORT_COST", u32),
  hairpin: attr(4, "IFLA_BRPORT_MODE", bool),
  guard: attr(5, "IFLA_BRPORT_GUARD", bool),
  protect: attr(6, "IFLA_BRPORT_PROTECT", bool),
  fastLeave: attr(7, "IFLA_BRPORT_FAST_LEAVE", bool),
  learning: attr(8, "IFLA_BRPORT_LEARNING", bool),
  unicastFlood: attr(9, "IFLA_BRPORT_UNICAST_FLOOD", bool),
  proxyarp: attr(10, "IFLA_BRPORT_PROXYARP", bool),
  proxyarpWifi: attr(12, "IFLA_BRPORT_PROXYARP_WIFI", bool),
  rootId: attr(13, "IFLA_BRPORT_ROOT_ID", raw),
  // struct ifla_bridge_id
  bridgeId: attr(14, "IFLA_BRPORT_BRIDGE_ID", raw),
  designatedPort: attr(15, "IFLA_BRPORT_DESIGNATED_PORT", u16),
  designatedCost: attr(16, "IFLA_BRPORT_DESIGNATED_COST", u16),
  id: attr(17, "IFLA_BRPORT_ID", u16),
  number: attr(18, "IFLA_BRPORT_NO", u16),
  topologyChangeAck: attr(19, "IFLA_BRPORT_TOPOLOGY_CHANGE_ACK", u8),
  configPending: attr(20, "IFLA_BRPORT_CONFIG_PENDING", u8),
  messageAgeTimer: attr(21, "IFLA_BRPORT_MESSAGE_AGE_TIMER", u64),
  forwardDelayTimer: attr(22, "IFLA_BRPORT_FORWARD_DELAY_TIMER", u64),
  holdTimer: attr(23, "IFLA_BRPORT_HOLD_TIMER", u64),
  multicastRouter: attr(25, "IFLA_BRPORT_MULTICAST_ROUTER", u8),
  mcastFlood: attr(27, "IFLA_BRPORT_MCAST_FLOOD", bool),
  mcastToUcast: attr(28, "IFLA_BRPORT_MCAST_TO_UCAST", bool),
  vlanTunnel: attr(29, "IFLA_BRPORT_VLAN_TUNNEL", bool),
  bcastFlood: attr(30, "IFLA_BRPORT_BCAST_FLOOD", bool),
  groupFwdMask: attr(31, "IFLA_BRPORT_GROUP_FWD_MASK", u16),
  neighSuppress: attr(32, "IFLA_BRPORT_NEIGH_SUPPRESS", bool),
  isolated: attr(33, "IFLA_BRPORT_ISOLATED", bool),
  backupPort: attr(34, "IFLA_BRPORT_BACKUP_PORT", u32),
  // ifindex
  mcastEhtHostsLimit: attr(37, "IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT", u32),
  mcastEhtHostsCnt: attr(38, "IFLA_BRPORT_MCAST_EHT_HOSTS_CNT", u32),
  locked: attr(39, "IFLA_BRPORT_LOCKED", bool)
});

// src/rtnetlink/messages/vxlan.ts
var portRange = struct("struct ifla_vxlan_port_range", (next) => ({ low: next.u16be(), high: next.u16be() }));
var vxlan = attributes({
  id: attr(1, "IFLA_VXLAN_ID", u32),
  // the VNI: 24 bits
  group: attr(2, "IFLA_VXLAN_GROUP", ipv4),
  // a multicast group, or the one unicast remote VTEP
  link: attr(3, "IFLA_VXLAN_LINK", u32),
  // ifindex of the underlay device
  local: attr(4, "IFLA_VXLAN_LOCAL", ipv4),
  ttl: attr(5, "IFLA_VXLAN_TTL", u8),
  // 0: auto
  tos: attr(6, "IFLA_VXLAN_TOS", u8),
  // 1: inherit
  learning: attr(7, "IFLA_VXLAN_LEARNING", bool),
  ageing: attr(8, "IFLA_VXLAN_AGEING", u32),
  // seconds; 0 is taken for 300
  limit: attr(9, "IFLA_VXLAN_LIMIT", u32),
  // forwarding entries; 0: no limit
  portRange: attr(10, "IFLA_VXLAN_PORT_RANGE", portRange),
  proxy: attr(11, "IFLA_VXLAN_PROXY", bool),
  rsc: attr(12, "IFLA_VXLAN_RSC", bool),
  l2miss: attr(13, "IFLA_VXLAN_L2MISS", bool),
  l3miss: attr(14, "IFLA_VXLAN_L3MISS", bool),
  port: attr(15, "IFLA_VXLAN_PORT", u16be),
  // UDP destination port
  group6: attr(16, "IFLA_VXLAN_GROUP6", ipv6),
  local6: attr(17, "IFLA_VXLAN_LOCAL6", ipv6),
  udpCsum: attr(18, "IFLA_VXLAN_UDP_CSUM", bool),
  udpZeroCsum6Tx: attr(19, "IFLA_VXLAN_UDP_ZERO_CSUM6_TX", bool),
  udpZeroCsum6Rx: attr(20, "IFLA_VXLAN_UDP_ZERO_CSUM6_RX", bool),
  remcsumTx: attr(21, "IFLA_VXLAN_REMCSUM_TX", bool),
  remcsumRx: attr(22, "IFLA_VXLAN_REMCSUM_RX", bool),
  gbp: attr(23, "IFLA_VXLAN_GBP", flag),
  remcsumNopartial: attr(24, "IFLA_VXLAN_REMCSUM_NOPARTIAL", flag),
  collectMetadata: attr(25, "IFLA_VXLAN_COLLECT_METADATA", bool),
  label: attr(26, "IFLA_VXLAN_LABEL", u32be),
  // IPv6 flow label: 20 bits
  gpe: attr(27, "IFLA_VXLAN_GPE", flag),
  ttlInherit: attr(28, "IFLA_VXLAN_TTL_INHERIT", flag),
  df: attr(29, "IFLA_VXLAN_DF", u8),
  // enum ifla_vxlan_df: 0 unset, 1 set, 2 inherit
  vnifilter: attr(30, "IFLA_VXLAN_VNIFILTER", bool),
  localbypass: attr(31, "IFLA_VXLAN_LOCALBYPASS", u8),
  labelPolicy: attr(32, "IFLA_VXLAN_LABEL_POLICY", u32),
  // 0 fixed, 1 inherit
  reservedBits: attr(33, "IFLA_VXLAN_RESERVED_BITS", hex64),
  // struct vxlanhdr: bits that a received packet may have set
  mcRoute: attr(34, "IFLA_VXLAN_MC_ROUTE", u8)
});

// src/rtnetlink/messages/link.ts
var ifinfomsg = struct("struct ifinfomsg", (next) => ({
  family: next.u8(),
  type: next.skip(1).u16(),
  // ARPHRD_*
  index: next.s32(),
  // ifindex
  flags: next.u32(),
  // IFF_*
  change: next.u32()
  // which of the flags a request means
}));
var vrf = attributes({ table: attr(1, "IFLA_VRF_TABLE", u32) });
var linkInfo = attributes({
  kind: attr(1, "IFLA_INFO_KIND", cstring),
  data: dependent(2, "IFLA_INFO_DATA", "kind", { vxlan, bridge, vrf }),
  slaveKind: attr(4, "IFLA_INFO_SLAVE_KIND", cstring),
  slaveData: dependent(5, "IFLA_INFO_SLAVE_DATA", "slaveKind", { bridge: bridgePort })
});
var afSpec = attributes({
  inet: attr(
    2,
    "AF_INET",
    attributes({
      conf: attr(1, "IFLA_INET_CONF", s32Array)
      // /proc/sys/net/ipv4/conf, in the order of IPV4_DEVCONF_*, linux/ip.h, from 1 on
    })
  ),
  inet6: attr(
    10,
    "AF_INET6",
    attributes({
      conf: attr(2, "IFLA_INET6_CONF", s32Array),
      // /proc/sys/net/ipv6/conf, in the order of DEVCONF_*, linux/ipv6.h
      addrGenMode: attr(8, "IFLA_INET6_ADDR_GEN_MODE", u8)
      // 0 eui64, 1 none, 2 stable_secret, 3 random
    })
  )
});
var propertyList = attributes({
  altIfname: repeated(53, "IFLA_ALT_IFNAME", cstring)
});
var protoDownReason = attributes({
  mask: attr(1, "IFLA_PROTO_DOWN_REASON_MASK", u32),
  // which bits of the value a request means
  value: attr(2, "IFLA_PROTO_DOWN_REASON_VALUE", u32)
  // bits that user space has given a meaning
});
var linkAttributes = attributes({
  address: attr(1, "IFLA_ADDRESS", linkLayerAddress),
  broadcast: attr(2, "IFLA_BROADCAST", linkLayerAddress),
  ifname: attr(3, "IFLA_IFNAME", cstring),
  mtu: attr(4, "IFLA_MTU", u32),
  link: attr(5, "IFLA_LINK", u32),
  // ifindex of the lower device, or of a veth's peer
  qdisc: attr(6, "IFLA_QDISC", cstring),
  master: attr(10, "IFLA_MASTER", u32),
  // ifindex
  txqlen: attr(13, "IFLA_TXQLEN", u32),
  operstate: attr(16, "IFLA_OPERSTATE", u8),
  // IF_OPER_*
  linkmode: attr(17, "IFLA_LINKMODE", u8),
  linkinfo: attr(18, "IFLA_LINKINFO", linkInfo),
  ifalias: attr(20, "IFLA_IFALIAS", cstring),
  afSpec: attr(26, "IFLA_AF_SPEC", afSpec),
  group: attr(27, "IFLA_GROUP", u32),
  netNsFd: attr(28, "IFLA_NET_NS_FD", u32),
  extMask: attr(29, "IFLA_EXT_MASK", u32),
  // RTEXT_FILTER_*
  promiscuity: attr(30, "IFLA_PROMISCUITY", u32),
  numTxQueues: attr(31, "IFLA_NUM_TX_QUEUES", u32),
  numRxQueues: attr(32, "IFLA_NUM_RX_QUEUES", u32),
  carrier: attr(33, "IFLA_CARRIER", u8),
  physPortId: attr(34, "IFLA_PHYS_PORT_ID", raw),
  physSwitchId: attr(36, "IFLA_PHYS_SWITCH_ID", raw),
  linkNetnsid: attr(37, "IFLA_LINK_NETNSID", s32),
  physPortName: attr(38, "IFLA_PHYS_PORT_NAME", cstring),
  protoDown: attr(39, "IFLA_PROTO_DOWN", bool),
  // held down by user space
  gsoMaxSegs: attr(40, "IFLA_GSO_MAX_SEGS", u32),
  gsoMaxSize: attr(41, "IFLA_GSO_MAX_SIZE", u32),
  minMtu: attr(50, "IFLA_MIN_MTU", u32),
  maxMtu: attr(51, "IFLA_MAX_MTU", u32),
  propList: marked(attr(52, "IFLA_PROP_LIST", propertyList)),
  altIfname: attr(53, "IFLA_ALT_IFNAME", cstring),
  permAddress: attr(54, "IFLA_PERM_ADDRESS", linkLayerAddress),
  protoDownReason: attr(55, "IFLA_PROTO_DOWN_REASON", protoDownReason),
  parentDevName: attr(56, "IFLA_PARENT_DEV_NAME", cstring),
  parentDevBusName: attr(57, "IFLA_PARENT_DEV_BUS_NAME", cstring),
  groMaxSize: attr(58, "IFLA_GRO_MAX_SIZE", u32),
  tsoMaxSize: attr(59, "IFLA_TSO_MAX_SIZE", u32),
  tsoMaxSegs: attr(60, "IFLA_TSO_MAX_SEGS", u32),
  allmulti: attr(61, "IFLA_ALLMULTI", u32)
});
var link = routeObject(ifinfomsg, linkAttributes);

// src/rtnetlink/messages/bridge-link.ts
var vlanInfo = struct("struct bridge_vlan_info", (next) => ({
  flags: next.u16(),
  // BRIDGE_VLAN_INFO_*
  vid: next.u16()
}));
var vlanTunnelInfo = attributes({
  id: attr(1, "IFLA_BRIDGE_VLAN_TUNNEL_ID", u32),
  // the VNI
  vid: attr(2, "IFLA_BRIDGE_VLAN_TUNNEL_VID", u16),
  flags: attr(3, "IFLA_BRIDGE_VLAN_TUNNEL_FLAGS", u16)
  // BRIDGE_VLAN_INFO_RANGE_*
});
var afSpec2 = attributes({
  flags: attr(0, "IFLA_BRIDGE_FLAGS", u16),
  // BRIDGE_FLAGS_*
  mode: attr(1, "IFLA_BRIDGE_MODE", u16),
  vlanInfo: repeated(2, "IFLA_BRIDGE_VLAN_INFO", vlanInfo),
  vlanTunnelInfo: repeated(3, "IFLA_BRIDGE_VLAN_TUNNEL_INFO", vlanTunnelInfo)
});
var bridgeLinkAttributes = attributes({
  address: attr(1, "IFLA_ADDRESS", linkLayerAddress),
  ifname: attr(3, "IFLA_IFNAME", cstring),
  mtu: attr(4, "IFLA_MTU", u32),
  link: attr(5, "IFLA_LINK", u32),
  // ifindex
  master: attr(10, "IFLA_MASTER", u32),
  // ifindex of the bridge; a bridge names itself
  protinfo: attr(12, "IFLA_PROTINFO", bridgePort),
  operstate: attr(16, "IFLA_OPERSTATE", u8),
  afSpec: attr(26, "IFLA_AF_SPEC", afSpec2),
  extMask: attr(29, "IFLA_EXT_MASK", u32)
  // RTEXT_FILTER_*
});
var bridgeLink = routeObject(ifinfomsg, bridgeLinkAttributes);

// src/rtnetlink/messages/constants.ts
var RTM_NEWLINK = 16;
var RTM_DELLINK = 17;
var RTM_NEWADDR = 20;
var RTM_DELADDR = 21;
var RTM_NEWNEIGH = 28;
var RTM_DELNEIGH = 29;
var RTM_NEWTUNNEL = 120;
var RTM_DELTUNNEL = 121;
var AF_BRIDGE = 7;

// src/rtnetlink/messages/neighbour.ts
var ndmsg = struct("struct ndmsg", (next) => ({
  family: next.u8(),
  ifindex: next.skip(3).s32(),
  state: next.u16(),
  // NUD_*
  flags: next.u8(),
  // NTF_*
  type: next.u8()
  // RTN_*
}));
var cacheinfo2 = struct("struct nda_cacheinfo", (next) => ({
  confirmed: next.u32(),
  used: next.u32(),
  updated: next.u32(),
  refcnt: next.u32()
}));
var neighbourAttributes = attributes({
  dst: attr(1, "NDA_DST", ip),
  // a neighbour's IP; a forwarding entry's remote VTEP
  lladdr: attr(2, "NDA_LLADDR", linkLayerAddress),
  cacheinfo: attr(3, "NDA_CACHEINFO", cacheinfo2),
  probes: attr(4, "NDA_PROBES", u32),
  vlan: attr(5, "NDA_VLAN", u16),
  port: attr(6, "NDA_PORT", u16be),
  // UDP destination port
  vni: attr(7, "NDA_VNI", u32),
  ifindex: attr(8, "NDA_IFINDEX", u32),
  // the device by which the VTEP is reached: bridge's `via`
  master: attr(9, "NDA_MASTER", u32),
  // ifindex of the bridge
  linkNetnsid: attr(10, "NDA_LINK_NETNSID", s32),
  srcVni: attr(11, "NDA_SRC_VNI", u32),
  protocol: attr(12, "NDA_PROTOCOL", u8),
  nhId: attr(13, "NDA_NH_ID", u32),
  fdbExtAttrs: attr(14, "NDA_FDB_EXT_ATTRS", raw),
  flagsExt: attr(15, "NDA_FLAGS_EXT", u32)
  // NTF_EXT_*
});
var neighbour = routeObject(ndmsg, neighbourAttributes);

// src/rtnetlink/messages/tunnel.ts
var tunnelMessage = struct("struct tunnel_msg", (next) => ({
  family: next.u8(),
  // AF_BRIDGE
  flags: next.u8(),
  // TUNNEL_MSG_FLAG_*
  ifindex: next.skip(2).u32()
}));
var vnifilterEntry = attributes({
  start: attr(1, "VXLAN_VNIFILTER_ENTRY_START", u32),
  end: attr(2, "VXLAN_VNIFILTER_ENTRY_END", u32),
  // the last of a range
  group: attr(3, "VXLAN_VNIFILTER_ENTRY_GROUP", ipv4),
  // where floods go: a group or one VTEP
  group6: attr(4, "VXLAN_VNIFILTER_ENTRY_GROUP6", ipv6)
});
var tunnelAttributes = attributes({
  entries: marked(repeated(1, "VXLAN_VNIFILTER_ENTRY", vnifilterEntry))
});
var tunnel = routeObject(tunnelMessage, tunnelAttributes);

// src/rtnetlink/messages/index.ts
var objects = [
  { object: "link", codec: link, added: RTM_NEWLINK, deleted: RTM_DELLINK },
  { object: "address", codec: address, added: RTM_NEWADDR, deleted: RTM_DELADDR },
  { object: "tunnel", codec: tunnel, added: RTM_NEWTUNNEL, deleted: RTM_DELTUNNEL },
  { object: "neighbour", codec: neighbour, added: RTM_NEWNEIGH, deleted: RTM_DELNEIGH }
];
function decoderOf(object, verb, codec) {
  return (bytes, start, end) => ({ object, verb, value: codec.decode(bytes, start, end) });
}
var byType = new Map(
  objects.flatMap(({ object, codec, added, deleted }) => [
    [added, decoderOf(object, "new", codec)],
    [deleted, decoderOf(object, "delete", codec)]
  ])
);
var bridgeLinksByType = /* @__PURE__ */ new Map([
  [RTM_NEWLINK, decoderOf("bridgeLink", "new", bridgeLink)],
  [RTM_DELLINK, decoderOf("bridgeLink", "delete", bridgeLink)]
]);
function decodeRouteMessage(header, bytes, start, end) {
  const isOfBridge = end > start && bytes[start] === AF_BRIDGE;
  const decode = (isOfBridge ? bridgeLinksByType.get(header.type) : void 0) ?? byType.get(header.type);
  return decode?.(bytes, start, end);
}

// src/rtnetlink/wire/message.ts
var messageHeader = struct("struct nlmsghdr", (next) => ({
  length: next.u32(),
  type: next.u16(),
  flags: next.u16(),
  sequence: next.u32(),
  portId: next.u32()
}));
function forEachMessage(datagram, visit) {
  let at = 0;
  while (at + messageHeader.size <= datagram.length) {
    const header = messageHeader.decode(datagram, at, at + messageHeader.size);
    if (header.length < messageHeader.size || at + header.length > datagram.length) {
      const most = datagram.length - at;
      throw new DecodeError(["nlmsg_len"], `${messageHeader.size} to ${most} bytes`, `${header.length}`);
    }
    visit(header, at + messageHeader.size, at + header.length);
    at += align(header.length);
  }
}
var writer = new Writer();

// test/support/golden.ts
import { readFileSync } from "node:fs";
function golden(name) {
  const text = readFileSync(new URL(`../golden/${name}.hex`, import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return Buffer.from(lines.join("").replaceAll(" ", ""), "hex");
}

// test/support/golden-message.ts
function goldenMessages(name) {
  const bytes = golden(name);
  const messages = [];
  forEachMessage(bytes, (header, start, end) => {
    const message = decodeRouteMessage(header, bytes, start, end);
    if (message !== void 0) {
      messages.push(message);
    }
  });
  return messages;
}

// ../../tmp/vxbulk/p.ts
import { inspect } from "node:util";
for (const n of process.argv.slice(2)) for (const m of goldenMessages(n)) console.log(n, inspect(m, { depth: 9, maxArrayLength: 80, breakLength: 200, compact: 9 }));
