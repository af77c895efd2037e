
      export interface PossibleTypesResultData {
        possibleTypes: {
          [key: string]: string[]
        }
      }
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "BlockSeatsResult": [
      "Event",
      "InvalidInput",
      "NotFound",
      "RateLimited",
      "SeatsUnavailable",
      "ServiceBusy"
    ],
    "CancelReservationResult": [
      "IdempotencyConflict",
      "InvalidInput",
      "NotFound",
      "RateLimited",
      "Reservation",
      "ReservationExpired",
      "ReservationNotActive",
      "ServiceBusy"
    ],
    "ClaimGuestResult": [
      "InvalidInput",
      "RateLimited",
      "ServiceBusy",
      "Viewer"
    ],
    "ConfirmReservationResult": [
      "Booking",
      "InvalidInput",
      "NotFound",
      "PaymentActionRequired",
      "PaymentFailed",
      "RateLimited",
      "ReservationExpired",
      "ReservationNotActive",
      "ServiceBusy"
    ],
    "CreateEventResult": [
      "Event",
      "IdempotencyConflict",
      "InvalidInput",
      "RateLimited",
      "ServiceBusy"
    ],
    "ExtendReservationResult": [
      "ExtensionLimitReached",
      "IdempotencyConflict",
      "InvalidInput",
      "NotFound",
      "RateLimited",
      "Reservation",
      "ReservationExpired",
      "ReservationNotActive",
      "ServiceBusy"
    ],
    "Node": [
      "Booking",
      "Event",
      "Payment",
      "Reservation",
      "Seat"
    ],
    "RenewGuestResult": [
      "GuestSession",
      "InvalidInput",
      "RateLimited",
      "ServiceBusy"
    ],
    "ReserveSeatsResult": [
      "IdempotencyConflict",
      "InvalidInput",
      "NotFound",
      "RateLimited",
      "Reservation",
      "ReservationLimitExceeded",
      "SalesNotOpen",
      "SeatsUnavailable",
      "ServiceBusy"
    ],
    "SeatMapUpdate": [
      "SeatMapDelta",
      "SeatMapSnapshot"
    ],
    "SetSalesStatusResult": [
      "Event",
      "NotFound",
      "RateLimited",
      "ServiceBusy"
    ],
    "SignInAsGuestResult": [
      "GuestSession",
      "RateLimited",
      "ServiceBusy"
    ],
    "UserError": [
      "ExtensionLimitReached",
      "IdempotencyConflict",
      "InvalidInput",
      "NotFound",
      "PaymentActionRequired",
      "PaymentFailed",
      "RateLimited",
      "ReservationExpired",
      "ReservationLimitExceeded",
      "ReservationNotActive",
      "SalesNotOpen",
      "SeatsUnavailable",
      "ServiceBusy"
    ]
  }
};
      export default result;
    